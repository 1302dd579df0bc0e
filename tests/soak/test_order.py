"""Twenty thousand events over two hundred keys, while relays and consumers are killed, frozen for a minute and woken.

Takes about three minutes, so it has a target of its own: `make soak`.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter

import psutil

from tests.soak.stream import KEYS, ROUNDS, ledger_order, write_round
from tests.system.books import wait_until_settled
from tests.system.killing import pid_of
from tests.system.log import whole_topic
from tests.system.world import World, wait_for

SECONDS = 150
KILLS = {10: "order-relay-1", 20: "account-consumer-1"}
FREEZE_AT, WAKE_AT = 25, 86
FROZEN = ("order-relay-2", "account-consumer-2")


def test_no_key_is_reordered_lost_or_applied_twice(world: World) -> None:
    """Fault tried: several records of a key in one wave sent by two relays without leases."""
    started, frozen, done = time.monotonic(), list[int](), set[int]()
    for number in range(1, ROUNDS + 1):
        due = started + SECONDS * number / ROUNDS
        wait_for(time.monotonic, lambda now, due=due: now >= due, seconds=SECONDS, what="the next round")
        write_round(world, number)
        _disturb(world, time.monotonic() - started, frozen, done)
    wait_until_settled(world, seconds=120)

    expected = {f"soak-{key}": [f"soak-{key}-{n}" for n in range(1, ROUNDS + 1)] for key in range(1, KEYS + 1)}
    assert ledger_order(world) == expected
    first_copies: dict[str, list[int]] = {}
    seen: set[str] = set()
    for record in (one for one in whole_topic(world, "order.events") if one.key.startswith("soak-")):
        if record.headers["ce_id"] not in seen:
            seen.add(record.headers["ce_id"])
            first_copies.setdefault(record.key, []).append(int(record.headers["ce_sequence"]))
    assert first_copies == {key: list(range(1, ROUNDS + 1)) for key in expected}
    _say_and_check_who_sent(world)


def _disturb(world: World, age_seconds: float, frozen: list[int], done: set[int]) -> None:
    for at, name in KILLS.items():
        if age_seconds >= at and at not in done:
            done.add(at)
            psutil.Process(_pid(world, name)).kill()
    if age_seconds >= FREEZE_AT and FREEZE_AT not in done:
        done.add(FREEZE_AT)
        frozen += [_pid(world, name) for name in FROZEN]
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
    if age_seconds >= WAKE_AT and WAKE_AT not in done:
        done.add(WAKE_AT)
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)


def _pid(world: World, name: str) -> int:
    pid = wait_for(lambda: pid_of(world, name), lambda found: found is not None, seconds=60, what=name)
    assert pid is not None
    return pid


def _say_and_check_who_sent(world: World) -> None:
    rows = world.rows("order", "SELECT sent_by FROM flextx_outbox_outboxmessage WHERE key LIKE 'soak-%%'", {})
    shares = Counter(name for (name,) in rows)
    print(f"\n{sum(shares.values())} events, sent by {dict(shares)}")
    assert sum(shares.values()) == KEYS * ROUNDS
    assert min(shares["order-relay-1"], shares["order-relay-2"]) >= KEYS * ROUNDS * 0.2
