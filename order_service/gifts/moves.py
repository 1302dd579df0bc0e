"""The moves a gift can make, and no others. A move is a compare-and-set and an audit row, in one call."""

from __future__ import annotations

from typing import Any

from order_service.gifts.errors import GiftMoveRefused
from order_service.gifts.models import Gift, GiftMove

ALLOWED: dict[str, tuple[str, ...]] = {
    "sending": ("sent", "refused", "undone"),
    "sent": ("undoing",),
    "undoing": ("undone", "sent"),  # back to sent when its host has spent the income
    "refused": (),
    "undone": (),
}


def move(gift: Gift, to: str, *, who: str, why: str, **fields: Any) -> None:
    """Move one locked gift; `fields` are set with it. Raises GiftMoveRefused, nothing changed."""
    before = gift.status
    if to not in ALLOWED[before]:
        raise GiftMoveRefused(f"a gift cannot go from {before} to {to}")
    if Gift.objects.filter(pk=gift.pk, status=before).update(status=to, **fields) != 1:
        raise GiftMoveRefused(f"the gift is not {before} any more")
    GiftMove.objects.create(gift=gift, from_status=before, to_status=to, who=who, why=why)
    gift.refresh_from_db()
