"""What everybody depends on goes away, stands still or starts again: all of it heals alone, and callers are told."""

from __future__ import annotations

import os
import secrets
import signal
import threading
import time
from collections.abc import Callable

from tests.system.books import credits_of, reconcile, wait_until_settled
from tests.system.insisting import call_back, insist
from tests.system.killing import frozen, log_standing_still, pid_of
from tests.system.world import World, payment_of, wait_for


def test_a_callback_meets_a_frozen_database_and_its_repeat_succeeds(world: World, person: str) -> None:
    """Fault tried: web processes without a deadline on their connections: no answer within 10 s."""
    order = world.place_order(person)
    body = payment_of(order, world.env["SANDBOX_MERCHANT_ID"])
    with frozen(world, "postgres"):
        asked_at = time.monotonic()
        status, answer = world.callback(body)
        took_seconds = time.monotonic() - asked_at
    assert (status, answer["code"]) == (503, "FAIL")
    assert took_seconds < 10
    wait_for(lambda: world.callback(body)[0], lambda code: code == 200, seconds=30, what="the repeat")
    wait_until_settled(world, seconds=30)
    assert world.balance(person) == 60


def test_the_database_is_stopped_in_the_middle_and_starts_again(world: World) -> None:
    """In immediate mode: no checkpoint, every connection cut, recovery from the database's own log.

    Fault tried: consumers that do not open their connections anew.
    """
    prefix, paid, stop = f"restart-{secrets.token_hex(4)}", list[str](), threading.Event()
    payer = threading.Thread(target=recharge_until, args=(world, f"{prefix}-1", paid, stop))
    payer.start()
    for enough in (5, 10):
        wait_for(lambda: len(paid), lambda count, enough=enough: count >= enough, seconds=60, what="recharges")
        stop_immediately(world)
    wait_for(lambda: len(paid), lambda count: count >= 15, seconds=60, what="recharges")
    stop.set()
    payer.join(timeout=60)

    wait_until_settled(world, seconds=60)
    assert credits_of(world, prefix) == sorted(paid)
    assert reconcile(world)["differences"] == []


def test_the_log_stands_still_and_nothing_is_held_against_any_message(world: World, person: str) -> None:
    """Fault tried: counting an unanswered send as a failure of the message."""
    stand_still_and_go_on(world, person, LOG_SECONDS)


def stand_still_and_go_on(world: World, person: str, seconds: float) -> None:
    """Everything that was completed meanwhile is sent after, and no message counts a failure or a death for it."""
    with log_standing_still(world):
        orders = [insist(world, person) for _ in range(3)]
        for order in orders:
            call_back(world, payment_of(order, world.env["SANDBOX_MERCHANT_ID"]), until=200)
        wait_for(time.monotonic, deadline_in(seconds), seconds=seconds + 1, what="standing still")
    wait_until_settled(world, seconds=60)
    assert world.balance(person) == 180
    blamed = "SELECT count(*) FROM flextx_outbox_outboxmessage WHERE (failures > 0 OR deaths > 0) AND key = ANY(%s)"
    assert world.rows("order", blamed, ([order["order_no"] for order in orders],)) == [(0,)]


LOG_SECONDS = 10  # longer than the delivery timeout


def deadline_in(seconds: float) -> Callable[[float], bool]:
    due = time.monotonic() + seconds
    return lambda now: now >= due


def stop_immediately(world: World) -> None:
    pid = pid_of(world, "postgres")
    assert pid is not None
    os.kill(pid, signal.SIGQUIT)
    wait_for(lambda: pid_of(world, "postgres"), lambda new: new not in (None, pid), seconds=30, what="its restart")


def recharge_until(world: World, owner: str, paid: list[str], stop: threading.Event) -> None:
    while not stop.is_set():
        order = insist(world, owner)
        call_back(world, payment_of(order, world.env["SANDBOX_MERCHANT_ID"]), until=200)
        paid.append(order["order_no"])
