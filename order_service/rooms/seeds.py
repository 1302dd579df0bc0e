"""The rooms that a new system begins with."""

from django.db import transaction

from order_service.rooms.models import FeedHead, Room

_ROOMS = [("room-1", "host-1"), ("room-2", "host-2"), ("room-3", "host-3")]


@transaction.atomic
def open_rooms() -> None:
    """Each with its feed's head. What is there already stays as it is."""
    Room.objects.bulk_create([Room(room_id=room, host_id=host) for room, host in _ROOMS], ignore_conflicts=True)
    FeedHead.objects.bulk_create([FeedHead(room_id=room) for room, _ in _ROOMS], ignore_conflicts=True)
