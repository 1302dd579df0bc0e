"""Adding to a room's feed: the next numbers are given out under the head's lock, which is held to the commit."""

from typing import Any

from order_service.rooms.models import FeedEvent, FeedHead

Kind = FeedEvent.Kind


def append(head: FeedHead, gift_id: str, *told: tuple[Kind, dict[str, Any]]) -> None:
    """One event for each (kind, data), in this order. The caller holds the lock on `head`."""
    FeedEvent.objects.bulk_create(
        FeedEvent(room_id=head.room_id, seq=head.last_seq + number, kind=kind, gift_id=gift_id, data=data)
        for number, (kind, data) in enumerate(told, start=1)
    )
    head.last_seq += len(told)
    head.save()


def event_id(event: FeedEvent | None) -> str | None:
    """Unique within its room, and the cursor from which a reader goes on."""
    return str(event.seq) if event else None
