"""A page of a room's feed: the same answer from the web process and from the feed process."""

from collections.abc import Mapping
from typing import Any

from flextx.http.queries import read_query
from order_service.rooms.selectors import feed_end, feed_page
from order_service.rooms.serializers import FeedQuerySerializer, event_json, read_cursor


def feed_page_json(room_id: str, query: Mapping[str, str]) -> dict[str, Any]:
    """`query`: `after` and `limit`. Raises RoomUnknown, BadCursor and DRF's ValidationError."""
    asked = read_query(FeedQuerySerializer, query)
    after = read_cursor(query.get("after"))
    feed_end(room_id, after=after)
    events = feed_page(room_id, after=after or 0, limit=asked["limit"])
    return {"results": [event_json(event) for event in events]}
