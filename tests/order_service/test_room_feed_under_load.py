"""Many viewers who come and go while many write: each sees every event once, in order."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Event

import pytest
from django.db import connection, transaction

from flextx.testing import wait_until
from flextx.workers.models import Heartbeat
from tests.order_service.processes import FeedProcess
from tests.order_service.room_stories import feed as shown
from tests.order_service.room_stories import play
from tests.support.threads import together
from tests.support.viewers import Viewer, watching

pytestmark = pytest.mark.usefixtures("rooms")
WRITERS, GIFTS_EACH = 5, 30  # each gift with a comment: 300 events


@pytest.fixture
def feed(tmp_path: Path) -> Iterator[FeedProcess]:
    with FeedProcess(tmp_path) as process:
        yield process


def test_twenty_viewers_who_come_and_go_miss_nothing_and_see_nothing_twice(feed: FeedProcess) -> None:
    """Fault tried: `known_from` in WatchedRoom.after one too low; Last-Event-ID not looked at."""
    viewers = [Viewer(feed.feed_url(), leaves_after=40, seed=seed) for seed in range(20)]
    with watching(viewers):
        together([partial(write, writer) for writer in range(WRITERS)])
        everything = list(range(1, 2 * WRITERS * GIFTS_EACH + 1))
        wait_until(lambda: all(len(viewer.seen) >= len(everything) for viewer in viewers), seconds=60)

    assert [seq for seq, _, _ in shown()] == everything
    assert [viewer.event_ids for viewer in viewers] == [everything] * 20
    assert min(viewer.visits for viewer in viewers) >= 300 / 40


def write(writer: int) -> None:
    for number in range(GIFTS_EACH):
        play(f"g-{writer}-{number}", comment="!")


def test_a_slow_committer_is_waited_for_not_passed(feed: FeedProcess) -> None:
    """Fault tried: `select_for_update()` taken out of lock_feed_head."""
    slow_has_played, go_on = Event(), Event()
    play("g-first")

    def slow() -> None:
        with transaction.atomic():
            play("g-slow")
            slow_has_played.set()
            assert go_on.wait(10)

    def quick() -> None:
        assert slow_has_played.wait(10)
        play("g-quick")

    def viewer() -> None:
        with watching([Viewer(feed.feed_url())]) as (one,):
            wait_until(lambda: len(one.seen) == 1 and waiting_for_locks() == 1)
            go_on.set()
            wait_until(lambda: len(one.seen) == 3)
            told = [(event["event_id"], event["gift_id"]) for event in one.seen]
        assert told == [("1", "g-first"), ("2", "g-slow"), ("3", "g-quick")]

    together([slow, quick, viewer])


def waiting_for_locks() -> int:
    return count(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )


def test_a_hundred_viewers_of_three_rooms_cost_a_few_connections(feed: FeedProcess) -> None:
    """Fault tried: Readers(100, ...) for viewers, and a pool of as many."""
    before = connections()
    viewers = [Viewer(feed.feed_url(f"room-{number % 3 + 1}")) for number in range(99)]
    with watching(viewers):
        for room in ("room-1", "room-2", "room-3"):
            play(f"g-{room}", room)
        wait_until(lambda: all(len(viewer.seen) == 1 for viewer in viewers), seconds=60)
        assert connections() - before <= 4

    assert {viewer.seen[0]["gift_id"] for viewer in viewers[::3]} == {"g-room-1"}
    assert [(row.name, row.kind) for row in Heartbeat.objects.all()] == [("order-feed", "feed")]


def connections() -> int:
    return count("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")


def count(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        row: tuple[int] = cursor.fetchone()
    return row[0]
