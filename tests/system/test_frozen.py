"""Processes that stand still for longer than their lease and then go on, thinking they still own their work."""

from __future__ import annotations

import os
import random
import secrets
import signal
import time

from tests.system.books import credits_of, reconcile, wait_until_settled
from tests.system.callbacks import place_orders
from tests.system.killing import pid_of
from tests.system.test_replay import pay
from tests.system.world import World, wait_for

FROZEN_SECONDS = 14  # the longest lease is 12


# One of each kind at once: the others take over from all of them, and all of them wake up to work that is not theirs.
FROZEN = ("order-relay-1", "account-relay-2", "account-consumer-1", "order-consumer-2")


def test_frozen_and_woken_workers_do_no_harm(world: World) -> None:
    """Fault tried: writing back a wave without asking whether its buckets are still held."""
    seed, prefix = random.Random(5), f"frozen-{secrets.token_hex(4)}"
    orders = place_orders(world, 150, prefix, seed)
    pids = [pid for name in FROZEN if (pid := pid_of(world, name))]
    assert len(pids) == len(FROZEN)
    pay(world, orders[:50])
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    frozen_at = time.monotonic()
    try:
        pay(world, orders[50:100])
        # Others take over while it is frozen: everything paid so far is credited without it.
        wait_until_settled(world, seconds=90)
        wait_for(lambda: time.monotonic() - frozen_at, lambda age: age > FROZEN_SECONDS, seconds=30, what="frozen")
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    pay(world, orders[100:])
    wait_until_settled(world, seconds=90)
    assert credits_of(world, prefix) == sorted(order["order_no"] for order in orders)
    assert reconcile(world)["differences"] == []
