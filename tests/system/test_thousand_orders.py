"""A thousand orders, called back three times each in any order, among lies: each paid one credited once, no other."""

from __future__ import annotations

import random
import secrets

from tests.system.books import credits_of, reconcile, wait_until_settled
from tests.system.callbacks import PEOPLE, a_bad_day, deliver_all, place_orders
from tests.system.world import World

ORDERS = 1_000


def test_each_paid_order_is_credited_once_and_no_other(world: World) -> None:
    seed, prefix = random.Random(20_26), f"day-{secrets.token_hex(4)}"
    orders = place_orders(world, ORDERS, prefix, seed)
    day = a_bad_day(world, orders, seed)
    deliver_all(day)
    wait_until_settled(world, seconds=60)

    paid = [order["order_no"] for number, order in enumerate(orders) if number % 10]
    assert len(paid) == 900
    assert credits_of(world, prefix) == sorted(paid)
    balances = {f"{prefix}-{number}": world.balance(f"{prefix}-{number}") for number in range(PEOPLE)}
    assert balances == {owner: day.paid.get(owner, 0) for owner in balances}
    # 200 orders were lied about in four genuine but wrong ways: one incident each, however often it is repeated.
    ((incidents,),) = world.rows(
        "order",
        "SELECT count(*) FROM recharge_incident WHERE replace(order_no, 'R-no-', '') = ANY(%s)",
        ([order["order_no"] for order in orders],),
    )
    assert incidents == 200 * 4
    assert reconcile(world)["differences"] == []
