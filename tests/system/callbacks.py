"""A thousand orders and what a bad day makes of their callbacks."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tests.system.world import Answer, World, payment_of

PEOPLE = 40
PRODUCTS = ("coins-60", "coins-600", "coins-3000")


@dataclass
class Day:
    """`paid`: what must be credited, coins by owner. `deliveries`: (call, the status it must answer)."""

    orders: list[dict[str, Any]]
    paid: dict[str, int] = field(default_factory=dict)
    deliveries: list[tuple[Callable[[], Answer], int]] = field(default_factory=list)


def place_orders(world: World, count: int, prefix: str, seed: random.Random) -> list[dict[str, Any]]:
    wanted = [(f"{prefix}-{number % PEOPLE}", seed.choice(PRODUCTS)) for number in range(count)]
    return run_all(partial(world.place_order, owner, product) for owner, product in wanted)


def a_bad_day(world: World, orders: list[dict[str, Any]], seed: random.Random) -> Day:
    """Nine of ten orders are paid, each called back three times; the rest only get callbacks that lie."""
    day = Day(orders)
    merchant = world.env["SANDBOX_MERCHANT_ID"]
    for number, order in enumerate(orders):
        genuine = payment_of(order, merchant)
        if number % 10:
            day.paid[order["owner_id"]] = day.paid.get(order["owner_id"], 0) + order["coins"]
            day.deliveries += [(_delivery(world, genuine), 200)] * 3
        if number % 10 in (0, 1):
            day.deliveries += _lies(world, order, genuine, merchant)
    seed.shuffle(day.deliveries)
    return day


def _lies(world: World, order: dict[str, Any], genuine: bytes, merchant: str) -> list[tuple[Callable[[], Answer], int]]:
    """Another trade number each, so that no lie can hide behind the genuine payment."""
    other = {"trade_no": f"x-{order['order_no']}"}
    tampered = payment_of(order, merchant, amount_minor=order["amount_minor"] + 1, **other)
    return [
        (_delivery(world, genuine, secret="not-the-channels-secret"), 403),
        (_delivery(world, genuine, age_seconds=301), 403),
        (_delivery(world, tampered), 422),
        (_delivery(world, payment_of(order, merchant, currency="USD", **other)), 422),
        (_delivery(world, payment_of(order, "another-merchant", **other)), 422),
        (_delivery(world, payment_of({**order, "order_no": f"R-no-{order['order_no']}"}, merchant)), 404),
    ]


def _delivery(world: World, body: bytes, **how: Any) -> Callable[[], Answer]:
    return partial(world.callback, body, **how)


def deliver_all(day: Day) -> None:
    """Eight at a time; each answers exactly what it must."""
    answers = run_all(call for call, _ in day.deliveries)
    expected = [status for _, status in day.deliveries]
    wrong = [pair for pair in zip(expected, answers, strict=True) if pair[0] != pair[1][0]]
    assert wrong == []


def run_all(calls: Iterable[Callable[[], Any]], *, at_once: int = 8) -> list[Any]:
    with ThreadPoolExecutor(at_once) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]
