"""The relay: asleep it hardly asks its database, and it outlives a connection that is cut meanwhile."""

from threading import Event as StopSignal
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from flextx.conf import FlextxSettings
from flextx.outbox.models import OutboxMember
from flextx.outbox.relay import Relay
from flextx.testing import running, wait_until
from tests.flextx.outbox_rows import all_sent
from tests.flextx.shop.services import make
from tests.flextx.sleeping_relay import a_relay, deaf, sleeps, wake

pytestmark = pytest.mark.usefixtures("shop")


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

    print(f"an idle relay: {made} statements in 2.4 s that stand for 24")
    heartbeats = 5  # every 5 s whatever the settings: one of them may be among the statements already
    assert made > 10 and made + heartbeats <= 48, relay.statements[before:]


def test_a_relay_whose_connection_is_cut_while_it_sleeps_connects_again(settings: Settings) -> None:
    """Fault tried: Sleeper listens only once."""
    deaf(settings)
    with running(a_relay()) as stop:
        wait_until(sleeps)
        cut_all_other_connections()
        wait_until(lambda: OutboxMember.objects.filter(sleeping=True).exists())
        make("cup")
        wait_until(all_sent, seconds=15)
        wait_until(sleeps)
        make("cup")
        wait_until(all_sent, seconds=15)
        stop.set()
        wake()


def cut_all_other_connections() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
