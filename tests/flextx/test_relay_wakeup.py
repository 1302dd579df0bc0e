"""The relay: a commit is sent at once, though an idle relay hardly asks and a busy one is not notified."""

import random
import statistics
from typing import Any

import psycopg
import pytest
from django.db import connection
from pytest_django import Settings

from flextx.outbox.models import OutboxMember, OutboxMessage
from flextx.testing import running, wait_until
from tests.flextx.outbox_rows import all_sent
from tests.flextx.shop.services import make
from tests.flextx.sleeping_relay import a_relay, deaf, sleeps, wake

pytestmark = pytest.mark.usefixtures("shop")


def test_no_commit_falls_between_looking_and_sleeping(settings: Settings) -> None:
    """Fault tried: _sleep looks for work before it says that it sleeps; publish wakes nobody."""
    deaf(settings)
    with running(a_relay()) as stop:
        for _ in range(300):
            let_some_time_pass()
            make("cup")
            wait_until(all_sent, seconds=5, poll_seconds=0.0005)
        stop.set()
        wake()

    assert OutboxMessage.objects.filter(state="sent").count() == 300


def let_some_time_pass() -> None:
    """Some round trips, so that the commits meet the relay in every phase of falling asleep."""
    with connection.cursor() as cursor:
        for _ in range(random.randrange(12)):
            cursor.execute("SELECT 1")


def test_a_commit_is_sent_without_waiting_for_a_poll(settings: Settings) -> None:
    """Fault tried: publish wakes nobody."""
    deaf(settings)
    with running(a_relay()) as stop:
        for _ in range(20):
            wait_until(sleeps)
            make("cup")
            wait_until(all_sent, seconds=15)
        stop.set()
        wake()

    rows = OutboxMessage.objects.all()
    waits = [(row.sent_at - row.occurred_at).total_seconds() for row in rows if row.sent_at is not None]
    assert len(waits) == 20
    median_ms = statistics.median(waits) * 1000
    print(f"commit to sent: median {median_ms:.1f} ms")
    assert median_ms < 500


def test_only_a_sleeping_relay_is_notified() -> None:
    """Fault tried: wake_sleepers without its EXISTS."""
    with listener() as heard:
        make("cup")
        wake()
        assert next(heard.notifies(timeout=5)).payload == ""
        make("cup")
        make("cup")
        OutboxMember.objects.create(scope="outbox", member="relay-9", seen_until="2100-01-01T00:00:00Z", sleeping=True)
        make("plate")
        make("plate")
        marker()
        assert [notification.payload for notification in heard.notifies(timeout=5, stop_after=3)] == ["", "", "end"]
    assert OutboxMessage.objects.filter(state="pending").count() == 5


def listener() -> psycopg.Connection[Any]:
    connection.ensure_connection()
    heard = psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}, autocommit=True)
    heard.execute("LISTEN flextx_outbox")
    return heard


def marker() -> None:
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY flextx_outbox, 'end'")
