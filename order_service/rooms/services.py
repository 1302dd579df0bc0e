"""What happens in a room: a gift is played, or taken back. Both run in the transaction of the gift's run."""

from __future__ import annotations

from typing import Any

from order_service.rooms.feed import Kind, append, event_id
from order_service.rooms.locks import lock_feed_head, share_room
from order_service.rooms.models import FeedEvent
from order_service.rooms.selectors import check_can_play


def play_gift(
    *, gift_id: str, room_id: str, sender_id: str, gift_product_id: str, count: int, comment: str
) -> dict[str, Any]:
    """Show the effect, then the comment if there is one. A repeat changes nothing and gives the same ids.

    A close or a ban either came before, and this is refused, or waits until the caller's transaction ends. Raises
    RoomUnknown, RoomClosed, HostBanned.
    """
    room = share_room(room_id)
    head = lock_feed_head(room_id)
    if not FeedEvent.objects.filter(gift_id=gift_id, kind=Kind.EFFECT).exists():
        check_can_play(room)
        effect = {"sender_id": sender_id, "gift_product_id": gift_product_id, "count": count}
        said = [(Kind.COMMENT, {"sender_id": sender_id, "comment": comment})] if comment else []
        append(head, gift_id, (Kind.EFFECT, effect), *said)
    shown = _events_of(gift_id)
    return {
        "effect_event_id": event_id(shown.get(Kind.EFFECT)),
        "comment_event_id": event_id(shown.get(Kind.COMMENT)),
    }


def retract_gift(*, gift_id: str) -> dict[str, Any]:
    """Tell the viewers that a shown gift was taken back, also in a closed room: this cannot be refused.

    A repeat changes nothing, and neither does a gift that was never shown; its `retracted_event_id` is None.
    """
    shown = _events_of(gift_id).get(Kind.EFFECT)
    if shown is None:
        return {"retracted_event_id": None}
    head = lock_feed_head(shown.room_id)
    if Kind.RETRACTED not in _events_of(gift_id):
        append(head, gift_id, (Kind.RETRACTED, {"effect_event_id": event_id(shown)}))
    return {"retracted_event_id": event_id(_events_of(gift_id)[Kind.RETRACTED])}


def _events_of(gift_id: str) -> dict[str, FeedEvent]:
    return {event.kind: event for event in FeedEvent.objects.filter(gift_id=gift_id)}
