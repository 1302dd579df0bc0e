"""Every misbehaviour of the channel, alone and in pairs, 500 orders: money right, each anomaly listed once."""

from __future__ import annotations

import random
import secrets
from collections import Counter
from functools import partial
from itertools import cycle, islice
from typing import Any

from tests.system.books import reconcile
from tests.system.callbacks import run_all
from tests.system.misbehaving import (
    WAYS,
    Bought,
    an_operator_ends_the_lie,
    buy,
    expire,
    operator_asks,
    pay,
    payments_of,
    refunds_at_channel,
    statuses,
    two_operators_end_it,
)
from tests.system.world import World, wait_for

ORDERS = 500
SECONDS = 240  # a busy machine; usually a fifth of it


def test_whatever_the_channel_does_the_money_is_right(world: World) -> None:
    """Fault tried: `more_trades` not read; UNKNOWN taken for CLOSED; a second incident for what the settler finds."""
    seed, prefix = random.Random(6), f"bad-{secrets.token_hex(4)}"
    ways = list(islice(cycle(WAYS), ORDERS))
    seed.shuffle(ways)
    assert len(set(ways)) == len(WAYS) == 43

    bought = run_all(partial(buy, world, f"{prefix}-{'-'.join(way)}"[:100], way) for way in ways)
    late = [one for one in bought if one.comes_late]
    expire(world, late)
    run_all(partial(pay, world, one) for one in late)
    run_all(partial(operator_asks, world, one) for one in late if one.is_kept_quiet)
    what_the_channel_refuses_is_ended_by_hand(world, [one for one in bought if "refund_fail" in one.way])
    wait_for(lambda: not_yet(world, bought), lambda found: found == {}, seconds=SECONDS, what="orders at their end")

    payments = run_all(partial(payments_of, world, one) for one in bought)
    assert [Counter(states.values()) for states in payments] == [one.payments for one in bought]
    coins = Counter({one.order["owner_id"]: 0 for one in bought})
    for one in bought:
        coins[one.order["owner_id"]] += one.coins
    assert {owner: world.balance(owner) for owner in coins} == dict(coins)
    each_surplus_trade_went_back_once(world, bought, payments)
    each_anomaly_is_listed_once(world, bought)
    run_all(partial(an_operator_ends_the_lie, world, one) for one in bought if one.is_lied_about)
    found = statuses(world, [one.order_no for one in bought if one.is_lied_about])
    assert set(found.values()) == {"closed"} and incidents_of(world, bought) == []
    assert reconcile(world)["differences"] == []


def not_yet(world: World, bought: list[Bought]) -> dict[str, Any]:
    """Orders that are not what they shall be, refunds that are under way, and lies not listed yet."""
    found = statuses(world, [one.order_no for one in bought])
    wrong: dict[str, Any] = {
        one.order_no: (one.way, found[one.order_no]) for one in bought if found[one.order_no] != one.status
    }
    if wrong:
        return wrong
    refunded, surplus = len(surplus_runs(world, bought, "done")), sum(one.surplus_count for one in bought)
    listed, lies = len(incidents_of(world, bought)), sum(len(one.incidents) for one in bought)
    counts = {"refunds": (refunded, surplus), "incidents": (listed, lies)}
    return {name: pair for name, pair in counts.items() if pair[0] != pair[1]}


def what_the_channel_refuses_is_ended_by_hand(world: World, bought: list[Bought]) -> None:
    expected = sum(one.surplus_count for one in bought)
    assert expected > 0
    parked = wait_for(
        lambda: surplus_runs(world, bought, "parked"),
        lambda runs: len(runs) == expected,
        seconds=SECONDS,
        what="what the channel refuses, parked",
    )
    for run_id in parked:
        two_operators_end_it(world, run_id)


def each_surplus_trade_went_back_once(world: World, bought: list[Bought], payments: list[dict[str, str]]) -> None:
    """At the channel, in full; what it failed was paid back by hand. No other trade was touched."""
    expected = [
        (trade, "FAILED" if "refund_fail" in one.way else "SUCCESS", one.order["amount_minor"])
        for one, states in zip(bought, payments, strict=True)
        for trade, state in states.items()
        if state == "refunded"
    ]
    ours = {trade for one in bought for trade in one.trades}
    assert [row for row in refunds_at_channel(world) if row[0] in ours] == sorted(expected)


def each_anomaly_is_listed_once(world: World, bought: list[Bought]) -> None:
    """A lie is an open incident, money that was never due a run: an operator finds each by its order's number."""
    assert incidents_of(world, bought) == sorted(pair for one in bought for pair in one.incidents)
    lied = next(one for one in bought if one.is_lied_about)
    token, query = world.token("op-1", "operator"), f"order_no={lied.order_no}&state=open"
    _, told = world.orders("GET", f"/incidents?{query}", token=token)
    assert sorted((one["trade_no"], one["reason"]) for one in told["results"]) == sorted(lied.incidents)


def incidents_of(world: World, bought: list[Bought]) -> list[tuple[str, str]]:
    query = "SELECT trade_no, reason FROM recharge_incident WHERE order_no = ANY(%s) AND resolved_at IS NULL"
    return sorted(world.rows("order", query, ([one.order_no for one in bought],)))


def surplus_runs(world: World, bought: list[Bought], state: str) -> list[str]:
    rows = world.rows(
        "order",
        "SELECT r.run_id FROM refunds_refund f JOIN flextx_saga_run r ON r.run_id = f.run_id"
        " JOIN recharge_order o ON o.id = f.order_id WHERE o.order_no = ANY(%s) AND r.state = %s",
        ([one.order_no for one in bought], state),
    )
    return [str(run_id) for (run_id,) in rows]
