"""What the settler and whoever looks at incidents pass: an order that expires, coins that are late, a lie seen to."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.crash.by_hand_story import answer_of
from tests.system.insisting import call_back, insist
from tests.system.killing import frozen
from tests.system.world import World, payment_of, wait_for

SECONDS = 90
_ACCOUNT_CONSUMERS = ("account-consumer-1", "account-consumer-2", "account-consumer-3")


def an_order_expires(world: World, owner: str) -> None:
    """Nobody paid it: a day later it is closed, whoever dies over it."""
    order = insist(world, owner)
    world.rows(
        "order",
        "UPDATE recharge_order SET created_at = created_at - interval '1 day', expires_at = expires_at"
        " - interval '1 day', settle_due_at = now() WHERE order_no = %s",
        (order["order_no"],),
    )
    query = "SELECT status FROM recharge_order WHERE order_no = %s"
    closed = [("closed",)]
    wait_for(
        lambda: world.rows("order", query, (order["order_no"],)),
        lambda rows: rows == closed,
        seconds=SECONDS,
        what="closed",
    )


def coins_are_late(world: World, order: dict[str, Any], *, until: Path) -> None:
    """Nobody credits for a while, so that the order is announced again."""
    with ExitStack() as stack:
        for name in _ACCOUNT_CONSUMERS:
            stack.enter_context(frozen(world, name))
        call_back(world, payment_of(order, world.env["SANDBOX_MERCHANT_ID"]), until=200)
        sent = "SELECT 1 FROM flextx_outbox_outboxmessage WHERE key = %s AND state = 'sent'"
        wait_for(lambda: world.rows("order", sent, (order["order_no"],)), bool, seconds=SECONDS, what="sent")
        due = "UPDATE recharge_order SET settle_due_at = now() WHERE order_no = %s"
        world.rows("order", due, (order["order_no"],))
        wait_for(until.exists, bool, seconds=SECONDS, what=until.name)


def an_incident_is_seen_to(world: World, order: dict[str, Any]) -> None:
    query = "SELECT id FROM recharge_incident WHERE order_no = %s"
    ((incident_id,),) = world.rows("order", query, (order["order_no"],))
    # After an answer was lost a repeat finds it resolved.
    path = f"/incidents/{incident_id}/resolve"
    wait_for(lambda: answer_of(world, path) in (200, 409), bool, seconds=SECONDS, what="resolved")
