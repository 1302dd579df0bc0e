"""The disturbances of the system suite for as long as a bad minute lasts."""

from __future__ import annotations

import time

import psutil

from tests.system.books import wait_until_settled
from tests.system.insisting import call_back, insist
from tests.system.killing import pid_of
from tests.system.test_kills import kill_workers_under_load
from tests.system.test_outages import stand_still_and_go_on
from tests.system.world import World, payment_of

SESSION_SECONDS = 10  # after which Kafka would give a dead member's partitions to others


def test_a_minute_of_kills(world: World) -> None:
    kill_workers_under_load(world, 60)


def test_the_log_stands_still_for_forty_seconds(world: World, person: str) -> None:
    stand_still_and_go_on(world, person, 40)


def test_killed_consumers_are_back_before_their_session_would_have_ended(world: World, person: str) -> None:
    """Fault tried: members without a name of their own: their partitions wait for the session's end."""
    orders = [insist(world, person) for _ in range(12)]
    for number in (1, 2, 3):
        pid = pid_of(world, f"account-consumer-{number}")
        assert pid is not None
        psutil.Process(pid).kill()
    killed_at = time.monotonic()
    for order in orders:
        call_back(world, payment_of(order, world.env["SANDBOX_MERCHANT_ID"]), until=200)
    wait_until_settled(world, seconds=30)
    took_seconds = time.monotonic() - killed_at
    print(f"\nall {len(orders)} orders credited {took_seconds:.1f} s after the kill")
    assert took_seconds < SESSION_SECONDS
    assert world.balance(person) == 12 * 60
