"""Everything is read a second time, with an empty inbox: the business ids alone keep the balances right."""

from __future__ import annotations

import random
import secrets
from functools import partial

import psutil

from tests.system.books import reconcile, wait_until_settled
from tests.system.callbacks import PEOPLE, Day, deliver_all, place_orders
from tests.system.gifts import insist_on, open_room, recharge, send_gift, when
from tests.system.killing import pid_of, workers
from tests.system.log import end_offsets
from tests.system.world import World, payment_of, wait_for


def test_a_replay_of_every_topic_changes_no_balance(world: World, person: str) -> None:
    """Recharges, gifts and a refund; then every consumer, started again, reads every topic from its beginning.

    Fault tried: a transfer id made from the event's id; a reply recorded twice.
    """
    seed, prefix = random.Random(3), f"replay-{secrets.token_hex(4)}"
    pay(world, place_orders(world, 80, prefix, seed))
    gift_and_refund(world, person)
    wait_until_settled(world, seconds=60)
    owners = [f"{prefix}-{number}" for number in range(PEOPLE)] + [person]
    before = ({owner: world.balance(owner) for owner in owners}, transfers(world), shown(world))
    planted = {key for _topic, key, _error in ever_aside(world)}  # by other stories: as unreadable as they were

    for service in ("order", "account"):
        world.rows(service, "DELETE FROM flextx_inbox_inboxmessage")
        world.rows(service, "UPDATE flextx_inbox_inboxposition SET next_offset = 0")
    for name in workers(world, relays=0):
        psutil.Process(wait_for(partial(pid_of, world, name), bool, seconds=60, what=name) or 0).kill()
    wait_for(lambda: behind(world), lambda records: records == 0, seconds=90, what="records not read again")
    wait_until_settled(world, seconds=60)

    assert ({owner: world.balance(owner) for owner in owners}, transfers(world), shown(world)) == before
    assert [row for row in aside(world) if row[1] not in planted] == []
    assert reconcile(world)["differences"] == []


def gift_and_refund(world: World, person: str) -> None:
    """One gift sent and undone, then the order that paid for it refunded."""
    order = recharge(world, person)
    gift = when(world, send_gift(world, person, open_room(world, person)))
    insist_on(world, f"/gifts/{gift['gift_id']}/undo", 202)
    when(world, gift, "undone")
    insist_on(world, f"/orders/{order['order_no']}/refund", 202)
    query = "SELECT status FROM recharge_order WHERE order_no = %s"
    look = partial(world.rows, "order", query, (order["order_no"],))
    wait_for(look, lambda rows: rows == [("refunded",)], seconds=60, what="refunded")


def pay(world: World, orders: list[dict[str, object]]) -> None:
    day = Day(orders)
    bodies = [payment_of(order, world.env["SANDBOX_MERCHANT_ID"]) for order in orders]
    day.deliveries = [(partial(world.callback, body), 200) for body in bodies]
    deliver_all(day)


def transfers(world: World) -> int:
    ((count,),) = world.rows("account", "SELECT count(*) FROM ledger_transfer")
    assert isinstance(count, int)
    return count


def shown(world: World) -> int:
    ((count,),) = world.rows("order", "SELECT count(*) FROM rooms_feedevent")
    assert isinstance(count, int)
    return count


_ASIDE = "SELECT topic, key, last_error FROM flextx_inbox_divertedrecord"


def ever_aside(world: World) -> list[tuple[object, ...]]:
    return world.rows("order", _ASIDE) + world.rows("account", _ASIDE)


def aside(world: World) -> list[tuple[object, ...]]:
    """Records that could not be handled."""
    query = f"{_ASIDE} WHERE state IN ('waiting', 'parked')"
    return world.rows("order", query) + world.rows("account", query)


def behind(world: World) -> int:
    """Records in the log that the services' positions have not passed."""
    ends = end_offsets(world)
    total = 0
    for service in ("order", "account"):
        positions = world.rows(service, "SELECT topic, partition, next_offset FROM flextx_inbox_inboxposition")
        total += sum(ends[topic, partition] - next_offset for topic, partition, next_offset in positions)
    return total
