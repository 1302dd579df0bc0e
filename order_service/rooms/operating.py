"""What operators do with rooms and hosts. Each is one transaction; a repeat changes nothing."""

from __future__ import annotations

from django.db import transaction

from order_service.rooms.locks import lock_room, lock_rooms_of_host
from order_service.rooms.models import BannedHost, Room, RoomAction
from order_service.rooms.selectors import is_banned

ALLOWED, BANNED = "allowed", "banned"


@transaction.atomic
def set_status(*, room_id: str, status: Room.Status, who: str, why: str) -> Room:
    """Open or close the room; a gift that is being played there ends first. Raises RoomUnknown."""
    room = lock_room(room_id)
    if room.status != status:
        RoomAction.objects.create(room=room, from_status=room.status, to_status=status, who=who, why=why)
        room.status = status
        room.save()
    return room


@transaction.atomic
def ban_host(*, room_id: str, who: str, why: str) -> Room:
    """Ban the room's host, in all the host's rooms; gifts that are being played there end first. Raises RoomUnknown."""
    room = lock_rooms_of_host(room_id)
    if not is_banned(room.host_id):
        RoomAction.objects.create(room=room, from_status=ALLOWED, to_status=BANNED, who=who, why=why)
        BannedHost.objects.create(host_id=room.host_id)
    return room


@transaction.atomic
def unban_host(*, room_id: str, who: str, why: str) -> Room:
    """Take the ban of the room's host back. Raises RoomUnknown."""
    room = lock_rooms_of_host(room_id)
    if is_banned(room.host_id):
        RoomAction.objects.create(room=room, from_status=BANNED, to_status=ALLOWED, who=who, why=why)
        BannedHost.objects.filter(host_id=room.host_id).delete()
    return room
