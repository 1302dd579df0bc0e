"""The JSON of rooms and their feeds, in and out."""

import re
from typing import Any

from rest_framework import serializers

from flextx.envelope import rfc3339
from flextx.http.fields import Text, WholeNumber
from order_service.rooms.errors import BadCursor
from order_service.rooms.models import FeedEvent, Room

_CURSOR = re.compile(r"[0-9]{1,18}", re.ASCII)


class FeedQuerySerializer(serializers.Serializer[Any]):
    limit = WholeNumber(min_value=1, max_value=200, default=100)


class FeedAsksSerializer(FeedQuerySerializer):
    """What is declared of it; `read_cursor` says what is wrong with an event id."""

    after = Text(pattern=r"^[0-9]{1,18}$", required=False)


class RoomSerializer(serializers.Serializer[Any]):
    room_id = serializers.CharField()
    host_id = serializers.CharField()
    status = serializers.ChoiceField(choices=["open", "closed", "banned"])


class FeedEventSerializer(serializers.Serializer[Any]):
    """What else is told depends on the kind."""

    event_id = serializers.CharField()
    room_id = serializers.CharField()
    kind = serializers.ChoiceField(choices=["effect", "comment", "retracted"])
    gift_id = serializers.CharField()
    created_at = serializers.DateTimeField()


class FeedPageSerializer(serializers.Serializer[Any]):
    results = FeedEventSerializer(many=True)


def read_cursor(text: str | None) -> int | None:
    """The number behind an event_id; None: no cursor was given. Raises BadCursor."""
    if text is None:
        return None
    if not _CURSOR.fullmatch(text):
        raise BadCursor()
    return int(text)


def room_json(room: Room, banned_hosts: set[str]) -> dict[str, Any]:
    """`status` is `banned` while the host is, whether the room is open or closed: no gift is played either way."""
    status = "banned" if room.host_id in banned_hosts else room.status
    return {"room_id": room.room_id, "host_id": room.host_id, "status": status}


def event_json(event: FeedEvent) -> dict[str, Any]:
    """`event_id` is the cursor; what else is told depends on the kind."""
    return {
        "event_id": str(event.seq),
        "room_id": event.room_id,
        "kind": event.kind,
        "gift_id": event.gift_id,
        "created_at": rfc3339(event.created_at),
        **event.data,
    }
