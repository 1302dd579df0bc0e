"""Messages that wait for a person, and a day read and sent again, in a running system."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from stack.environments import MODULES, environment
from stack.layout import Layout, System
from tests.crash.story import poison, wait_until_parked
from tests.system.books import reconcile, wait_until_settled
from tests.system.gifts import recharge
from tests.system.world import World, wait_for


def test_a_parked_record_is_seen_tried_skipped_and_resolved_at_the_account_service(world: World, person: str) -> None:
    """Fault tried: the account service without flextx.operate; a skip that reconcile does not see."""
    order = recharge(world, person)
    poison(world, order)
    wait_until_parked(world, order)
    user, operator = world.token(person), world.token("op-1", "operator")
    mine = f"/parked?kind=inbox&about={order['order_no']}"

    _, listed = world.accounts("GET", mine, token=operator)
    (item,) = listed["results"]
    assert (item["reason"], item["name"], item["tries"]) == ("TransferConflict", "OrderCompleted.v1", 1)
    assert "Traceback" in item["last_error"] and item["actions"] == ["retry", "skip"]
    assert world.accounts("GET", mine, token=user)[0] == 403
    for action in ("retry", "skip", "resolve"):
        assert act(world, item, action, user)[0] == 403
    assert act(world, item, "retry", operator)[0] == 200  # nothing was repaired, so it is parked again
    wait_for(lambda: actions_on(world, item), lambda done: done == ["retry"], seconds=60, what="audited")
    wait_until_parked(world, order)

    assert act(world, item, "skip", operator)[0] == 200
    assert ("skipped_message", item["id"]) in differences(world)
    assert act(world, item, "resolve", operator)[0] == 200
    assert ("skipped_message", item["id"]) not in differences(world)

    assert actions_on(world, item) == ["resolve", "skip", "retry"] and world.balance(person) == 60


def test_a_day_read_again_and_sent_again_changes_no_balance(world: World, person: str) -> None:
    """Fault tried: a replay past the inbox; a republish under new ids."""
    orders = [recharge(world, person) for _ in range(3)]
    wait_until_settled(world, seconds=60)
    day = ("--topic", "order.events", "--from", "2020-01-01T00:00:00Z", "--to", "2100-01-01T00:00:00Z")

    read = flextx(world, "account", "replay", *day)
    sent = flextx(world, "order", "republish", *day)
    wait_until_settled(world, seconds=60)

    assert sum(one["handled"] for one in read) == 0 and sum(one["absorbed"] for one in read) >= len(orders)
    assert sent[0]["again"] >= len(orders)
    resent = "SELECT count(*) FROM flextx_outbox_outboxmessage WHERE key = ANY(%s) AND resent = 1 AND state = 'sent'"
    numbers = [order["order_no"] for order in orders]
    wait_for(lambda: world.rows("order", resent, (numbers,)), lambda rows: rows == [(3,)], seconds=60, what="sent")
    assert world.balance(person) == 180


def act(world: World, item: dict[str, Any], action: str, token: str) -> tuple[int, Any]:
    return world.accounts("POST", f"/parked/{item['id']}/{action}", token=token, json={"reason": "a story"})


def actions_on(world: World, item: dict[str, Any]) -> list[str]:
    """Newest first."""
    operator = world.token("op-1", "operator")
    _, answer = world.accounts("GET", f"/operator-actions?subject={item['id']}", token=operator)
    return [row["action"] for row in answer["results"]]


def differences(world: World) -> list[tuple[str, str]]:
    return [(one["class"], one["id"]) for one in reconcile(world)["differences"]]


def flextx(world: World, service: str, *words: str) -> list[dict[str, Any]]:
    system = System.started(Layout(Path(world.run_dir)))
    command = [sys.executable, "-m", f"{MODULES[service]}.manage", "flextx", *words, "--reason", "a story"]
    told = os.environ | environment(system, service, f"{service}-flextx")
    done = subprocess.run(command, env=told, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
