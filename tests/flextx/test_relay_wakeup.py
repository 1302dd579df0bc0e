"""The relay: a commit is sent at once, though an idle relay hardly asks and a busy one is not notified."""

import random
import statistics
from threading import Event as StopSignal
from typing import Any

import psycopg
import pytest
from django.db import connection
from pytest_django import Settings

from flextx.conf import FlextxSettings
from flextx.outbox.models import OutboxMember, OutboxMessage
from flextx.outbox.relay import Relay
from flextx.testing import running, wait_until
from flextx.transports.choose import transport
from tests.flextx.outbox_rows import all_sent
from tests.flextx.shop.services import make

pytestmark = pytest.mark.usefixtures("shop")


def a_relay() -> Relay:
    return Relay(name="relay-1", transport=transport())


def sleeps() -> bool:
    return OutboxMember.objects.filter(member="relay-1", sleeping=True).exists()


def deaf(settings: Settings) -> None:
    """Only a wake-up brings this relay back within the patience of a story: it polls every 20 s."""
    settings.FLEXTX = settings.FLEXTX | {"IDLE_POLL_SECONDS": 20, "RELAY_LEASE_SECONDS": 120}


def wake() -> None:
    """Lets a deaf relay see that it is to stop."""
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY flextx_outbox")


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
            wait_until(all_sent, seconds=5)
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


class Counting:
    """A relay whose statements are counted on its own connection, BEGIN and COMMIT too."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self.statements: list[str] = []

    def run(self, stop: StopSignal) -> None:
        with connection.execute_wrapper(self._count):
            self._relay.run(stop)

    def _count(self, execute: Any, statement: Any, params: Any, many: bool, context: Any) -> Any:
        self.statements += ["BEGIN", "COMMIT"] if "ORDER BY resource FOR UPDATE" in statement else []
        self.statements.append(statement)
        return execute(statement, params, many, context)


def test_an_idle_relay_makes_at_most_two_queries_a_second(settings: Settings) -> None:
    """Every time is a tenth of its default here, so that 2.4 s stand for 24. Fault tried: hold_share at each poll."""
    defaults = FlextxSettings(SOURCE="shop", LOG_DATABASE_URL="postgresql://log")
    assert (defaults.idle_poll_seconds, defaults.relay_lease_seconds) == (1.5, 12)
    settings.FLEXTX = settings.FLEXTX | {
        "IDLE_POLL_SECONDS": 0.15,
        "RELAY_LEASE_SECONDS": 1.2,
        "DELIVERY_TIMEOUT_SECONDS": 0.6,
    }
    relay = Counting(a_relay())

    with running(relay) as stop:
        wait_until(sleeps)
        before = len(relay.statements)
        stop.wait(2.4)
        made = len(relay.statements) - before

    assert 10 < made <= 48, relay.statements[before:]


def test_a_relay_whose_connection_is_cut_while_it_sleeps_connects_again(settings: Settings) -> None:
    """Fault tried: Sleeper listens only once."""
    deaf(settings)
    with running(a_relay()) as stop:
        wait_until(sleeps)
        cut_all_other_connections()
        wait_until(lambda: OutboxMember.objects.filter(sleeping=True).exists())
        make("cup")
        wait_until(all_sent, seconds=5)
        wait_until(sleeps)
        make("cup")
        wait_until(all_sent, seconds=5)
        stop.set()
        wake()


def cut_all_other_connections() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
