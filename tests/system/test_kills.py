"""Relays and consumers die under load, every 1.5 seconds. The supervisor starts them again; nobody else helps."""

from __future__ import annotations

import random
import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from tests.system.books import credits_of, reconcile, wait_until_settled
from tests.system.killing import killer, workers
from tests.system.world import World, payment_of

SECONDS = 25


def test_money_is_right_while_workers_are_killed(world: World) -> None:
    """Fault tried: marking a wave sent before it is sent; advancing the position in a transaction of its own."""
    kill_workers_under_load(world, SECONDS)


def kill_workers_under_load(world: World, seconds: float) -> None:
    """One kill every 1.5 seconds while four people recharge; then everything is right, with nobody's help."""
    prefix = f"kill-{secrets.token_hex(4)}"
    killing = killer(world, workers(world), 1.5, random.Random(7), seconds)
    killing.start()
    paid = _recharge_until(world, prefix, time.monotonic() + seconds)
    killing.stop.set()
    killing.join(timeout=10)
    print(f"\n{len(paid)} orders paid; {killing.report()}")

    wait_until_settled(world, seconds=60)
    assert credits_of(world, prefix) == sorted(order_no for order_no, _, _ in paid)
    owners: dict[str, int] = {}
    for _, owner, coins in paid:
        owners[owner] = owners.get(owner, 0) + coins
    assert {owner: world.balance(owner) for owner in owners} == owners
    assert reconcile(world)["differences"] == []
    assert len(killing.kills) >= seconds / 2.5
    assert killing.busy * 2 >= len(killing.kills)


def _recharge_until(world: World, prefix: str, deadline: float) -> list[tuple[str, str, int]]:
    """Four people recharge one after another, each payment called back three times: (order_no, owner, coins)."""
    paid: list[tuple[str, str, int]] = []
    noting = threading.Lock()

    def one_person(number: int) -> None:
        owner = f"{prefix}-{number}"
        while time.monotonic() < deadline:
            order = world.place_order(owner)
            body = payment_of(order, world.env["SANDBOX_MERCHANT_ID"])
            assert [world.callback(body)[0] for _ in range(3)] == [200, 200, 200]
            with noting:
                paid.append((order["order_no"], owner, order["coins"]))

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(one_person, number) for number in range(4)]:
            future.result()
    return paid
