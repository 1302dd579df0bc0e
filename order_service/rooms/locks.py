"""Row locks, in this order: the room, then its feed's head. Rooms of one host are locked by their id."""

from order_service.rooms.errors import RoomUnknown
from order_service.rooms.models import FeedHead, Room


def share_room(room_id: str) -> Room:
    """Whoever closes the room or bans its host waits until this transaction ends, or came before it.

    Raises RoomUnknown.
    """
    # Django has no FOR SHARE; the room's own row, read again under the lock.
    rooms = list(Room.objects.raw("SELECT * FROM rooms_room WHERE room_id = %s FOR SHARE", [room_id]))
    if not rooms:
        raise RoomUnknown()
    return rooms[0]


def lock_room(room_id: str) -> Room:
    """Raises RoomUnknown."""
    room = Room.objects.select_for_update(no_key=True).filter(room_id=room_id).first()
    if room is None:
        raise RoomUnknown()
    return room


def lock_rooms_of_host(room_id: str) -> Room:
    """The room, and with it all others of its host: a ban concerns them all. Raises RoomUnknown."""
    host_ids = Room.objects.filter(room_id=room_id).values("host_id")
    rooms = Room.objects.select_for_update(no_key=True).filter(host_id__in=host_ids).order_by("room_id")
    for room in rooms:
        if room.room_id == room_id:
            return room
    raise RoomUnknown()


def lock_feed_head(room_id: str) -> FeedHead:
    """Made with its room; whoever adds to this room's feed waits here."""
    return FeedHead.objects.select_for_update().get(room_id=room_id)
