"""Death at every crash point there is, in a real process, each alone; then recovery without a hand, and right books.

The points are read from the services' registry, and a point that the story never reaches fails its test.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.crash.registry import of_runs, registered_points
from tests.crash.settler_story import an_incident_is_seen_to, an_order_expires, coins_are_late
from tests.crash.story import (
    lie,
    poison,
    stop_gracefully,
    try_parked_again,
    wait_until_parked,
)
from tests.system.books import credits_of, reconcile, wait_until_settled
from tests.system.insisting import call_back, insist
from tests.system.killing import log_standing_still
from tests.system.world import World, payment_of, wait_for

NEEDS_AN_OUTAGE = ("relay.give_back.",)
NEEDS_A_STOP = ("relay.leave.",)
NEEDS_POISON = ("inbox.split.", "inbox.retry.")
NEEDS_AN_EXPIRY = ("recharge.claim_pending_orders.", "recharge.close_order.")
NEEDS_LATE_COINS = ("recharge.announce_again.",)
NEEDS_AN_OPERATOR = ("recharge.resolve_incident.",)
NEEDS_A_DEATH = ("inbox.death.",)  # counted by whoever comes after one that died over a batch


@pytest.mark.parametrize("point", [point for point in registered_points() if not of_runs(point)])
def test_death_at_this_point_changes_nothing_in_the_end(
    world: World, person: str, armed: Callable[[str, str], Path], point: str
) -> None:
    """Fault tried: advancing the position in a transaction of its own; marking a wave sent before it is sent."""
    owner = f"{person}-1"
    first = insist(world, owner)
    call_back(world, payment_of(first, world.env["SANDBOX_MERCHANT_ID"]), until=200)
    wait_until_settled(world, seconds=30)

    fired = armed(point, "die:1")
    if point.startswith(NEEDS_A_DEATH):
        armed("inbox.batch.commit.before", "die:1")
    with log_standing_still(world) if point.startswith(NEEDS_AN_OUTAGE) else nullcontext():
        second = insist(world, owner)
        lie(world, second)
        if point.startswith(NEEDS_LATE_COINS):
            coins_are_late(world, second, until=fired)
        call_back(world, payment_of(second, world.env["SANDBOX_MERCHANT_ID"]), until=200)
        if point.startswith(NEEDS_A_STOP):
            stop_gracefully(world, "order-relay-1", until=fired)
        if point.startswith(NEEDS_POISON):
            poison(world, first)
            wait_until_parked(world, first)
            try_parked_again(world, first)
        if point.startswith(NEEDS_AN_EXPIRY):
            an_order_expires(world, owner)
        if point.startswith(NEEDS_AN_OPERATOR):
            an_incident_is_seen_to(world, second)
        # Within an outage: an unanswered send, the producer's end and a new one that finds no broker.
        wait_for(fired.exists, bool, seconds=30, what=f"{point} reached")

    wait_until_settled(world, seconds=90)
    assert credits_of(world, person) == sorted(order["order_no"] for order in (first, second))
    assert world.balance(owner) == 120


def test_the_registry_holds_every_kind_of_place() -> None:
    """Fault tried: a registry that lists only what happens to be imported."""
    kinds = {point.split(".")[0] for point in registered_points()}
    assert {kind for kind in kinds if not of_runs(f"{kind}.")} == {
        *("consumer", "idempotency", "inbox", "log", "outbox", "recharge", "relay")
    }
    assert {kind for kind in kinds if of_runs(f"{kind}.")} == {
        *("gifts", "operate", "participant", "recovery", "refunds", "saga")
    }


def test_after_all_these_deaths_the_books_are_right(world: World) -> None:
    assert reconcile(world)["differences"] == []
