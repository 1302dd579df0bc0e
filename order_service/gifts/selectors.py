"""Reading gifts. Somebody else's gift is not found, exactly like one that does not exist."""

from flextx.http.auth import Caller
from order_service.gifts.errors import GiftNotFound
from order_service.gifts.models import Gift, GiftProduct


def gift_products_on_sale() -> list[GiftProduct]:
    return list(GiftProduct.objects.filter(on_sale=True).order_by("coins", "gift_product_id"))


def gift_for(caller: Caller, gift_id: str) -> Gift:
    """Raises GiftNotFound."""
    gift = Gift.objects.filter(gift_id=gift_id).first()
    if gift is None or not caller.may_see(gift.sender_id):
        raise GiftNotFound()
    return gift
