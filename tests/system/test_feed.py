"""The room feed of a running system: many viewers, and deaths of what they depend on."""

from __future__ import annotations

import os
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.support.viewers import Viewer, watching
from tests.system.killing import pid_of
from tests.system.test_outages import stop_immediately
from tests.system.world import World, payment_of, wait_for

ADD = """
WITH head AS (UPDATE rooms_feedhead SET last_seq = last_seq + 1 WHERE room_id = %(room)s RETURNING last_seq)
INSERT INTO rooms_feedevent (room_id, seq, kind, gift_id, data)
SELECT %(room)s, last_seq, 'effect', %(room)s || '-' || last_seq, '{}' FROM head RETURNING seq
"""


@pytest.fixture
def room(world: World) -> Iterator[str]:
    """A room of this story alone, without a trace afterwards: its effects belong to no gifts."""
    name = f"feed-{secrets.token_hex(6)}"
    world.rows("order", "INSERT INTO rooms_room (room_id, host_id, status) VALUES (%s, 'host-feed', 'open')", (name,))
    world.rows("order", "INSERT INTO rooms_feedhead (room_id, last_seq) VALUES (%s, 0)", (name,))
    yield name
    for table in ("rooms_feedevent", "rooms_feedhead", "rooms_room"):
        world.rows("order", f"DELETE FROM {table} WHERE room_id = %s", (name,))


def show(world: World, room: str, count: int = 1) -> None:
    for _ in range(count):
        assert len(world.rows("order", ADD, {"room": room})) == 1


def feed_url(world: World, room: str) -> str:
    return f"{world.env['FEED_URL']}/api/v1/rooms/{room}/feed"


def wait_until_seen(viewers: list[Viewer], count: int, *, seconds: float) -> None:
    """Each of them all, in order, none twice."""
    wait_for(
        lambda: min(len(viewer.seen) for viewer in viewers),
        lambda least: least >= count,
        seconds=seconds,
        what="events seen by the one that saw the fewest",
    )
    assert [viewer.event_ids for viewer in viewers] == [list(range(1, count + 1))] * len(viewers)


def test_under_two_hundred_viewers_a_callback_is_answered_within_a_second(world: World, room: str, person: str) -> None:
    """Fault tried: the streams served by the web process's threads, of which there are eight."""
    orders = [world.place_order(person) for _ in range(5)]
    viewers = [Viewer(feed_url(world, room)) for _ in range(200)]
    with watching(viewers):
        show(world, room)
        wait_until_seen(viewers, 1, seconds=60)
        with ThreadPoolExecutor(1) as background:
            shown = background.submit(show, world, room, 20)
            answers = [timed_callback(world, payment_of(order, world.env["SANDBOX_MERCHANT_ID"])) for order in orders]
            shown.result(timeout=30)
        wait_until_seen(viewers, 21, seconds=30)

    assert [status for status, _ in answers] == [200] * 5
    assert max(seconds for _, seconds in answers) < 1


def timed_callback(world: World, body: bytes) -> tuple[int, float]:
    asked_at = time.monotonic()
    status, _ = world.callback(body)
    return status, time.monotonic() - asked_at


def test_the_feed_is_killed_and_the_database_restarts_and_nobody_misses_anything(world: World, room: str) -> None:
    """Killed with -9 in the middle, twice; then PostgreSQL goes without a word.

    Fault tried: Last-Event-ID not looked at; a lost connection not closed, so that the poller never reads again.
    """
    viewers = [Viewer(feed_url(world, room), leaves_after=30, seed=seed) for seed in range(20)]
    with watching(viewers):
        for shown_before in (0, 40):
            show(world, room, 20)
            wait_for(lambda: len(viewers[0].seen), over(shown_before), seconds=30, what="a viewer in the middle")
            kill_feed(world)
            show(world, room, 20)
        wait_until_seen(viewers, 80, seconds=60)
        stop_immediately(world)
        wait_for(lambda: can_show(world, room), bool, seconds=30, what="the database's return")
        show(world, room, 19)
        wait_until_seen(viewers, 100, seconds=60)
    assert min(viewer.visits for viewer in viewers) > 100 / 30


def over(number: int) -> Callable[[int], bool]:
    return lambda seen: seen > number


def kill_feed(world: World) -> None:
    pid = pid_of(world, "order-feed")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def can_show(world: World, room: str) -> bool:
    try:
        show(world, room)
    except psycopg.OperationalError:
        return False
    return True


def test_who_asks_the_web_process_for_a_stream_is_sent_to_the_feed(world: World, room: str) -> None:
    answer = world.http.request(
        "GET",
        f"{world.env['ORDER_URL']}/api/v1/rooms/{room}/feed?after=0",
        headers={"Accept": "text/event-stream"},
        redirect=False,
    )

    assert (answer.status, answer.headers["Location"]) == (307, f"{feed_url(world, room)}?after=0")
