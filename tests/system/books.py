"""Are the books right? What every story of the system suite ends with."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

from tests.system.world import World, project_root, wait_for


def credits_of(world: World, prefix: str) -> list[str]:
    """The order numbers that were credited to owners of this prefix, in order; twice credited would stand twice."""
    rows = world.rows(
        "account",
        "SELECT t.cause_id FROM ledger_transfer t JOIN ledger_account a ON a.id = t.credit_account_id"
        " WHERE t.kind = 'recharge' AND a.owner_id LIKE %s ORDER BY t.cause_id",
        (f"{prefix}-%",),
    )
    return [cause_id for (cause_id,) in rows]


def waiting(world: World) -> dict[str, int]:
    """What is still on its way, by where it is."""
    unsent = "SELECT count(*) FROM flextx_outbox_outboxmessage WHERE state <> 'sent'"
    ((unsent_orders,),), ((unsent_credits,),) = world.rows("order", unsent), world.rows("account", unsent)
    ((uncredited,),) = world.rows("order", "SELECT count(*) FROM recharge_order WHERE status = 'completed'")
    return {"unsent orders": unsent_orders, "unsent credits": unsent_credits, "uncredited": uncredited}


def wait_until_settled(world: World, *, seconds: float) -> None:
    """Everything that was completed is credited and every outbox is drained, with nobody's help."""
    wait_for(lambda: waiting(world), lambda counts: not any(counts.values()), seconds=seconds, what="in flight")


def reconcile(world: World) -> dict[str, Any]:
    """`make reconcile FORMAT=json`, as an operator runs it. make turns any exit status but 0 into 2."""
    done = subprocess.run(
        ["make", "-s", "reconcile"],
        cwd=project_root(),
        env=os.environ | {"RUN_DIR": str(world.run_dir), "FORMAT": "json"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    answer = json.loads(done.stdout)
    assert done.returncode == (2 if answer["differences"] else 0), done.stderr
    assert isinstance(answer, dict)
    return answer
