"""Pages of a room's feed at the web process; whoever wants a stream is sent to the feed process."""

import pytest
from pytest_django import Settings

from tests.order_service.room_stories import play
from tests.support.callers import Answer, get

pytestmark = pytest.mark.usefixtures("rooms")
FEED = "/api/v1/rooms/room-1/feed"


def pages(query: str = "") -> Answer:
    return get(FEED + query)


def test_a_page_is_oldest_first_and_goes_on_behind_its_last_event() -> None:
    for number in range(3):
        play(f"g-{number}", comment=f"comment {number}")

    first = pages("?limit=4").json()["results"]
    rest = pages(f"?after={first[-1]['event_id']}").json()["results"]

    assert [event["event_id"] for event in (*first, *rest)] == ["1", "2", "3", "4", "5", "6"]
    assert [event["kind"] for event in first] == ["effect", "comment", "effect", "comment"]
    created_at = first[0].pop("created_at")
    assert created_at.endswith("Z")
    assert first[0] == {
        **{"event_id": "1", "room_id": "room-1", "kind": "effect", "gift_id": "g-0"},
        **{"sender_id": "u-1", "gift_product_id": "rose", "count": 3},
    }
    assert first[1]["comment"] == "comment 0"


def test_at_its_end_a_feed_is_an_empty_page() -> None:
    play("g-1")

    assert pages("?after=1").json() == {"results": []}
    assert get("/api/v1/rooms/room-2/feed").json() == {"results": []}


@pytest.mark.parametrize("after", ["", "-1", "1.5", "one", "2", "9" * 19, "%00", "%D9%A1"])
def test_a_cursor_that_no_event_has_is_refused(after: str) -> None:
    """A later one too: whoever waited behind it would miss what comes before. Fault tried: its comparison left out."""
    play("g-1")

    pages(f"?after={after}").refuses(404 if after == "2" else 400, "bad_cursor")


@pytest.mark.parametrize("limit", ["0", "201", "many"])
def test_a_limit_out_of_bounds_is_refused(limit: str) -> None:
    pages(f"?limit={limit}").refuses(400, "invalid")


def test_a_room_that_does_not_exist_has_no_feed() -> None:
    get("/api/v1/rooms/room-9/feed").refuses(404, "room_unknown")


def test_who_wants_a_stream_is_sent_on_with_the_whole_question(settings: Settings) -> None:
    settings.FEED_PUBLIC_URL = "http://feed.example:8702"

    answer = get(f"{FEED}?after=7", Accept="text/event-stream")

    assert (answer.status, answer.headers["Location"]) == (307, f"http://feed.example:8702{FEED}?after=7")
