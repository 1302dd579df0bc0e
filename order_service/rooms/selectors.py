"""Reading rooms and what was shown in them."""

from __future__ import annotations

from collections.abc import Mapping

from order_service.rooms.errors import CursorAhead, HostBanned, RoomClosed, RoomUnknown
from order_service.rooms.models import BannedHost, FeedEvent, FeedHead, Room
from order_service.rooms.sql import NEWS


def all_rooms() -> list[Room]:
    return list(Room.objects.order_by("room_id"))


def banned_hosts() -> set[str]:
    return set(BannedHost.objects.values_list("host_id", flat=True))


def is_banned(host_id: str) -> bool:
    return BannedHost.objects.filter(host_id=host_id).exists()


def known_room(room_id: str) -> Room:
    """Raises RoomUnknown."""
    room = Room.objects.filter(room_id=room_id).first()
    if room is None:
        raise RoomUnknown()
    return room


def check_can_play(room: Room) -> None:
    """Raises RoomClosed, HostBanned."""
    if room.status != Room.Status.OPEN:
        raise RoomClosed()
    if is_banned(room.host_id):
        raise HostBanned()


def feed_end(room_id: str, *, after: int | None) -> int:
    """The number of the room's newest event, 0 before the first. Raises RoomUnknown; CursorAhead for a later one."""
    last_seq = FeedHead.objects.filter(room_id=room_id).values_list("last_seq", flat=True).first()
    if last_seq is None:
        raise RoomUnknown()
    if after is not None and after > last_seq:
        raise CursorAhead()
    return last_seq


def feed_page(room_id: str, *, after: int, limit: int) -> list[FeedEvent]:
    """The room's events behind the cursor, oldest first."""
    return list(FeedEvent.objects.filter(room_id=room_id, seq__gt=after).order_by("seq")[:limit])


def feed_news(positions: Mapping[str, int], *, limit: int) -> list[FeedEvent]:
    """What was added in each of these rooms behind its position, up to `limit` a room, with one statement."""
    return list(FeedEvent.objects.raw(NEWS, [list(positions), list(positions.values()), limit]))
