"""The JSON of rooms and their feeds, in and out."""

import re
from typing import Any

from rest_framework import serializers

from flextx.envelope import rfc3339
from order_service.rooms.errors import BadCursor
from order_service.rooms.models import FeedEvent, Room

_CURSOR = re.compile(r"[0-9]{1,18}", re.ASCII)


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500, allow_blank=True, default="")


class FeedQuerySerializer(serializers.Serializer[Any]):
    limit = serializers.IntegerField(min_value=1, max_value=200, default=100)


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
