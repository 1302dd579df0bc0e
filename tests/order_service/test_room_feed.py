"""The feed process as its viewers meet it: a real one, on the stories' database."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from flextx.testing import wait_until
from order_service.rooms.models import FeedEvent, FeedHead
from tests.order_service.processes import FeedProcess
from tests.order_service.room_stories import play
from tests.support.callers import get
from tests.support.viewers import events_of, open_stream

pytestmark = pytest.mark.usefixtures("rooms")


@pytest.fixture
def feed(tmp_path: Path) -> Iterator[FeedProcess]:
    with FeedProcess(tmp_path, FEED_STREAMS_MAX="3", FEED_SLOW_SECONDS_MAX="2") as process:
        yield process


def stream(feed: FeedProcess, query: str = "", **headers: str) -> urllib3.BaseHTTPResponse:
    return open_stream(feed.http, feed.feed_url() + query, **headers)


def first_ids(response: urllib3.BaseHTTPResponse, count: int) -> list[str]:
    events = events_of(response)
    try:
        return [next(events)["event_id"] for _ in range(count)]
    finally:
        response.close()


def refused(response: urllib3.BaseHTTPResponse, status: int, code: str) -> dict[str, Any]:
    assert (response.status, response.headers["Content-Type"]) == (status, "application/problem+json")
    problem: dict[str, Any] = json.loads(response.read())
    assert (problem["status"], problem["code"]) == (status, code)
    return problem


def test_a_stream_shows_the_past_then_what_comes_as_the_pages_do(feed: FeedProcess) -> None:
    """Fault tried: `wake` left out of Hub.tell: what comes is seen after 15 s of quiet."""
    play("g-1", comment="two\nlines")
    response = stream(feed)
    events = events_of(response)
    seen = [next(events), next(events)]
    play("g-2")
    seen.append(next(events))
    response.close()

    assert (response.status, response.headers["Content-Type"]) == (200, "text/event-stream")
    assert response.headers["Cache-Control"] == "no-store"
    assert [event["event_id"] for event in seen] == ["1", "2", "3"]
    assert seen == get("/api/v1/rooms/room-1/feed").json()["results"]
    page = feed.http.request("GET", feed.feed_url() + "?after=1&limit=1", headers={"Accept": "application/json"})
    assert page.json() == {"results": [seen[1]]}


def test_a_viewer_goes_on_behind_its_cursor(feed: FeedProcess) -> None:
    """A browser repeats the address it was given, so the header counts. Fault tried: `after` before the header."""
    for number in range(4):
        play(f"g-{number}")

    assert first_ids(stream(feed, "?after=2"), 2) == ["3", "4"]
    assert first_ids(stream(feed, "?after=0", **{"Last-Event-ID": "3"}), 1) == ["4"]


def test_what_the_process_does_not_keep_comes_from_the_database(feed: FeedProcess) -> None:
    """Fault tried: WatchedRoom.after answers with what it keeps, without asking where that begins."""
    play("g-0")
    watching = stream(feed)  # from here on the process keeps what comes
    assert next(events_of(watching))["event_id"] == "1"
    add_at_once(1500)

    assert first_ids(stream(feed, "?after=0"), 1501) == [str(seq) for seq in range(1, 1502)]
    assert first_ids(stream(feed), 1) == ["502"]  # a newcomer is shown the last thousand
    watching.close()


def add_at_once(count: int, **data: str) -> None:
    head = FeedHead.objects.get(room_id="room-1")
    FeedEvent.objects.bulk_create(
        FeedEvent(room_id="room-1", seq=head.last_seq + number, kind="effect", gift_id=f"many-{number}", data=data)
        for number in range(1, count + 1)
    )
    head.last_seq += count
    head.save()


def test_a_cursor_that_no_event_has_is_refused(feed: FeedProcess) -> None:
    play("g-1")

    for cursor, status in (("x", 400), ("-1", 400), ("1.0", 400), ("2", 404)):
        refused(stream(feed, f"?after={cursor}"), status, "bad_cursor")
        refused(stream(feed, **{"Last-Event-ID": cursor}), status, "bad_cursor")


def test_what_cannot_be_served_is_said_as_everywhere(feed: FeedProcess) -> None:
    refused(open_stream(feed.http, feed.feed_url("room-9")), 404, "room_unknown")
    refused(stream(feed, Accept="text/html"), 406, "not_acceptable")
    refused(stream(feed, "?limit=0", Accept="application/json"), 400, "invalid")
    refused(feed.http.request("POST", feed.feed_url(), preload_content=False), 405, "method_not_allowed")
    refused(open_stream(feed.http, f"{feed.url}/api/v1/rooms"), 404, "not_found")


def test_one_viewer_too_many_is_told_to_come_again_and_finds_the_place_of_one_who_left(feed: FeedProcess) -> None:
    """Fault tried: check_free_place left out; Hub holds its viewers in a plain set, so no place is free again."""
    here = [stream(feed) for _ in range(3)]

    turned_away = stream(feed)
    refused(turned_away, 503, "feed_full")
    assert turned_away.headers["Retry-After"] == "5"

    here.pop().close()
    wait_until(lambda: enters(feed))
    for response in here:
        response.close()


def enters(feed: FeedProcess, query: str = "") -> bool:
    response = stream(feed, query)
    response.close()
    return response.status == 200


def test_who_does_not_read_is_cut_off(feed: FeedProcess) -> None:
    """The others go on meanwhile, and the place is free again.

    Fault tried: without_slow_viewers and forget_who_reads_nothing left out; either of them is enough here.
    """
    add_at_once(20, comment="x" * 1_000_000)
    idle = [stream(feed) for _ in range(2)]
    reading = stream(feed, "?after=20")
    refused(stream(feed), 503, "feed_full")

    wait_until(lambda: enters(feed, "?after=20"), seconds=60)
    play("g-1")
    assert next(events_of(reading))["event_id"] == "21"
    for response in (*idle, reading):
        response.close()


def test_asked_to_stop_it_ends_its_streams_and_itself(feed: FeedProcess) -> None:
    """Fault tried: `HUB.close()` left out of shutdown: uvicorn waits for the streams, then cuts them."""
    response = stream(feed)
    os.kill(feed.process.pid, signal.SIGTERM)

    assert list(events_of(response)) == []  # the end of an answer, not of a connection
    assert feed.process.wait(timeout=30) == -signal.SIGTERM
