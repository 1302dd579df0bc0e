"""Everything is read a second time, with an empty inbox: the business ids alone keep the balances right."""

from __future__ import annotations

import random
import secrets
from functools import partial

from tests.system.books import reconcile, wait_until_settled
from tests.system.callbacks import PEOPLE, Day, deliver_all, place_orders
from tests.system.log import end_offsets
from tests.system.world import World, payment_of, wait_for


def test_a_replay_of_every_topic_changes_no_balance(world: World) -> None:
    """The consumers keep running: a position that is set back is noticed with the next batch.

    Fault tried: a transfer id made from the event's id.
    """
    seed, prefix = random.Random(3), f"replay-{secrets.token_hex(4)}"
    pay(world, place_orders(world, 80, prefix, seed))
    wait_until_settled(world, seconds=30)
    owners = [f"{prefix}-{number}" for number in range(PEOPLE)]
    before = ({owner: world.balance(owner) for owner in owners}, transfers(world))

    for service in ("order", "account"):
        world.rows(service, "DELETE FROM flextx_inbox_inboxmessage")
        world.rows(service, "UPDATE flextx_inbox_inboxposition SET next_offset = 0")
    # A consumer sees its position with the next record of each partition.
    pay(world, place_orders(world, 40, f"{prefix}-again", seed))
    wait_for(lambda: behind(world), lambda records: records == 0, seconds=30, what="records not read again")
    wait_until_settled(world, seconds=30)

    assert {owner: world.balance(owner) for owner in owners} == before[0]
    assert transfers(world) == before[1] + 40
    assert reconcile(world)["differences"] == []


def pay(world: World, orders: list[dict[str, object]]) -> None:
    day = Day(orders)
    bodies = [payment_of(order, world.env["SANDBOX_MERCHANT_ID"]) for order in orders]
    day.deliveries = [(partial(world.callback, body), 200) for body in bodies]
    deliver_all(day)


def transfers(world: World) -> int:
    ((count,),) = world.rows("account", "SELECT count(*) FROM ledger_transfer")
    assert isinstance(count, int)
    return count


def behind(world: World) -> int:
    """Records in the log that the services' positions have not passed."""
    ends = end_offsets(world)
    total = 0
    for service in ("order", "account"):
        positions = world.rows(service, "SELECT topic, partition, next_offset FROM flextx_inbox_inboxposition")
        total += sum(ends[topic, partition] - next_offset for topic, partition, next_offset in positions)
    return total
