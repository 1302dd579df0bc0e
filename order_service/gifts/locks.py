"""A gift's row lock. Whoever holds a run may take it; whoever holds it may take the room, then the feed's head."""

from order_service.gifts.errors import GiftNotFound
from order_service.gifts.models import Gift


def lock_gift(gift_id: str) -> Gift:
    """Raises GiftNotFound."""
    gift = Gift.objects.select_for_update().filter(gift_id=gift_id).first()
    if gift is None:
        raise GiftNotFound()
    return gift
