"""Reading gifts. Somebody else's gift is not found, exactly like one that does not exist."""

from flextx.http.auth import Caller
from order_service.gifts.errors import GiftNotFound
from order_service.gifts.models import Gift, GiftProduct


def gift_products_on_sale() -> list[GiftProduct]:
    return list(GiftProduct.objects.filter(on_sale=True).order_by("coins", "gift_product_id"))


def all_gifts(*, before: str | None, limit: int, status: str | None) -> tuple[list[Gift], str | None]:
    """Newest first, and the cursor of the next page. Ids are made in the order of time; a gift that is sent while
    somebody pages can be missed by that paging."""
    gifts = Gift.objects.order_by("-gift_id")
    if before is not None:
        gifts = gifts.filter(gift_id__lt=before)
    if status is not None:
        gifts = gifts.filter(status=status)
    found = list(gifts[: limit + 1])
    return found[:limit], found[limit - 1].gift_id if len(found) > limit else None


def gift_for(caller: Caller, gift_id: str) -> Gift:
    """Raises GiftNotFound."""
    gift = Gift.objects.filter(gift_id=gift_id).first()
    if gift is None or not caller.may_see(gift.sender_id):
        raise GiftNotFound()
    return gift
