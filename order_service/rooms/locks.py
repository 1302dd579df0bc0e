"""Row locks, in this order: the room, then its feed's head. Rooms of one host are locked by their id.

PostgreSQL lets one FOR SHARE after another pass whoever waits for the whole row: in a room with gifts without end a
close would never get its turn. So everybody first takes a lock that keeps to the order of asking.
"""

from django.db import connection

from order_service.rooms.errors import RoomUnknown
from order_service.rooms.models import FeedHead, Room
from order_service.rooms.sql import SHARE_ROOM, TAKE_TURN, TAKE_TURN_SHARED


def share_room(room_id: str) -> Room:
    """Whoever closes the room or bans its host waits until this transaction ends, or came before it.

    Raises RoomUnknown.
    """
    _take_turn(TAKE_TURN_SHARED, room_id)
    rooms = list(Room.objects.raw(SHARE_ROOM, [room_id]))  # Django has no FOR SHARE
    if not rooms:
        raise RoomUnknown()
    return rooms[0]


def lock_room(room_id: str) -> Room:
    """Raises RoomUnknown."""
    _take_turn(TAKE_TURN, room_id)
    room = Room.objects.select_for_update(no_key=True).filter(room_id=room_id).first()
    if room is None:
        raise RoomUnknown()
    return room


def lock_rooms_of_host(room_id: str) -> Room:
    """The room, and with it all others of its host: a ban concerns them all. Raises RoomUnknown."""
    host_ids = Room.objects.filter(room_id=room_id).values("host_id")
    room_ids = Room.objects.filter(host_id__in=host_ids).order_by("room_id").values_list("room_id", flat=True)
    rooms = {one: lock_room(one) for one in room_ids}
    if room_id not in rooms:
        raise RoomUnknown()
    return rooms[room_id]


def lock_feed_head(room_id: str) -> FeedHead:
    """Made with its room; whoever adds to this room's feed waits here."""
    return FeedHead.objects.select_for_update().get(room_id=room_id)


def _take_turn(statement: str, room_id: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [f"rooms.room:{room_id}"])
