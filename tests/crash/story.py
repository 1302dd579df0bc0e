"""A recharge with everything around it, so that every crash point lies on its way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psutil

from tests.system.insisting import call_back
from tests.system.killing import pid_of
from tests.system.world import World, payment_of, wait_for


def lie(world: World, order: dict[str, Any]) -> None:
    """A genuine callback with another amount: an incident."""
    merchant = world.env["SANDBOX_MERCHANT_ID"]
    wrong = payment_of(order, merchant, amount_minor=1, trade_no=f"x-{order['order_no']}")
    call_back(world, wrong, until=422)


def poison(world: World, order: dict[str, Any]) -> None:
    """An announcement of the same order with other coins, as a defect would write it: never to be credited."""
    world.rows(
        "order",
        "INSERT INTO flextx_outbox_outboxmessage (event_id, topic, key, sequence, bucket, event_type, event_version,"
        " source, traceparent, body, state, failures, deaths, last_error)"
        " SELECT gen_random_uuid(), topic, key, sequence + 1, bucket, event_type, event_version, source, traceparent,"
        " convert_to(replace(convert_from(body, 'UTF8'), '\"coins\":60', '\"coins\":61'), 'UTF8'), 'pending', 0, 0, ''"
        " FROM flextx_outbox_outboxmessage WHERE key = %s AND sequence = 1",
        (order["order_no"],),
    )


def wait_until_parked(world: World, order: dict[str, Any]) -> None:
    parked = "SELECT count(*) FROM flextx_inbox_divertedrecord WHERE key = %s AND state = 'parked'"
    wait_for(
        lambda: world.rows("account", parked, (order["order_no"],)),
        lambda rows: rows == [(1,)],
        seconds=60,
        what="parked",
    )


def try_parked_again(world: World, order: dict[str, Any]) -> None:
    """What an operator does: make the key due."""
    world.rows("account", "UPDATE flextx_inbox_divertedkey SET due_at = now() WHERE key = %s", (order["order_no"],))


def stop_gracefully(world: World, name: str, *, until: Path) -> None:
    """SIGTERM to whoever runs under this name, and to its successor if it was too young to hear it."""
    asked: set[int] = set()

    def ask_the_next() -> bool:
        pid = pid_of(world, name)
        if pid is not None and pid not in asked and _leads(world, name, pid):
            psutil.Process(pid).terminate()
            asked.add(pid)
        return until.exists()

    wait_for(ask_the_next, bool, seconds=40, what=f"{until.name} fired")


def _leads(world: World, name: str, pid: int) -> bool:
    """Is this process in its loop already? Its heartbeat says so."""
    rows = world.rows(name.split("-")[0], "SELECT pid FROM flextx_workers_heartbeat WHERE name = %s", (name,))
    return rows == [(pid,)]
