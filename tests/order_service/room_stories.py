"""What happens in rooms, and what can be seen of it afterwards."""

from typing import Any

from django.db import models, transaction

from order_service.rooms.models import BannedHost, FeedEvent, FeedHead, Room, RoomAction
from order_service.rooms.services import play_gift
from tests.order_service.stories import OPERATOR, Person
from tests.support.callers import Answer, get


def act(room_id: str, action: str, body: dict[str, Any] | None = None, *, who: Person = OPERATOR) -> Answer:
    """`POST /api/v1/rooms/{room_id}/{action}`; without a body unless one is given."""
    return who.post(f"/api/v1/rooms/{room_id}/{action}", b"" if body is None else body)


def play(gift_id: str, room_id: str = "room-1", comment: str = "") -> dict[str, Any]:
    """As the gift's run does, in a transaction of its own."""
    with transaction.atomic():
        return play_gift(
            gift_id=gift_id, room_id=room_id, sender_id="u-1", gift_product_id="rose", count=3, comment=comment
        )


def listed() -> dict[str, str]:
    return {room["room_id"]: room["status"] for room in get("/api/v1/rooms").json()}


def feed(room_id: str = "room-1") -> list[tuple[int, str, str]]:
    """(seq, kind, gift) of everything ever shown in the room."""
    events = FeedEvent.objects.filter(room_id=room_id).order_by("seq")
    return [(event.seq, event.kind, event.gift_id) for event in events]


_STORED: tuple[type[models.Model], ...] = (Room, BannedHost, RoomAction, FeedHead, FeedEvent)


def everything_in_rooms() -> dict[str, list[dict[str, Any]]]:
    """Every row of this app: equal before and after means nothing changed."""
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in _STORED}
