"""One recharge, all the way: from the payer's button to coins on an account in another service."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from tests.system.log import record_at
from tests.system.world import World, wait_for

HOPS = [
    "order_created",
    "payment_accepted",
    "order_completed",
    "outbox_written",
    "sent_to_log",
    "account_received",
    "transfers_posted",
    "credit_announced",
    "credit_received",
    "order_credited",
]


def test_a_paid_order_puts_its_coins_on_the_account(world: World, person: str) -> None:
    order = world.place_order(person, "coins-600")
    assert (order["status"], order["coins"], world.balance(person)) == ("pending", 600, 0)

    assert order["payment"]["url"] == f"{world.env['CHANNEL_URL']}/pay/{order['order_no']}"
    status, _ = world.call("POST", order["payment"]["url"], json={})
    assert status == 200

    credited = _when_credited(world, order, person)
    assert world.balance(person) == 600
    assert [payment["state"] for payment in credited["payments"]] == ["accepted"]
    status, statement = world.accounts("GET", f"/accounts/{person}/statement", token=world.token(person))
    (line,) = statement["results"]
    assert (line["kind"], line["cause_id"], line["amount"], line["balance_after"]) == (
        *("recharge", order["order_no"]),
        *(600, 600),
    )


def test_the_journey_names_every_hop_with_the_time_that_is_stored_for_it(world: World, person: str) -> None:
    order = world.place_order(person)
    before = _journey(world, order, person)
    assert [(hop["name"], hop["state"]) for hop in before] == [
        (name, "done" if name == "order_created" else "pending") for name in HOPS
    ]
    world.call("POST", order["payment"]["url"], json={})
    _when_credited(world, order, person)

    hops = {hop["name"]: hop for hop in _journey(world, order, person)}
    assert list(hops) == HOPS
    assert {hop["state"] for hop in hops.values()} == {"done"}
    times = [datetime.fromisoformat(hop["at"]) for hop in hops.values() if hop["name"] != "sent_to_log"]
    assert times == sorted(times)
    _each_time_is_a_stored_column(world, order["order_no"], hops)


def _each_time_is_a_stored_column(world: World, order_no: str, hops: dict[str, Any]) -> None:
    """Fault tried: a journey that prints the time of asking."""
    ((sent_at, partition, offset, event_id),) = world.rows(
        "order",
        'SELECT sent_at, partition, "offset", event_id FROM flextx_outbox_outboxmessage WHERE key = %s',
        (order_no,),
    )
    assert datetime.fromisoformat(hops["sent_to_log"]["at"]) == sent_at
    sent = hops["sent_to_log"]["details"]
    assert (sent["topic"], sent["partition"], sent["offset"]) == ("order.events", partition, offset)
    assert sent["sent_by"] in ("order-relay-1", "order-relay-2")
    ((received_at, inbox_partition, inbox_offset),) = world.rows(
        "account",
        'SELECT received_at, partition, "offset" FROM flextx_inbox_inboxmessage WHERE event_id = %s',
        (event_id,),
    )
    assert (inbox_partition, inbox_offset) == (partition, offset)
    assert datetime.fromisoformat(hops["account_received"]["at"]) == received_at
    record = record_at(world, "order.events", partition, offset)
    assert json.loads(record.body)["order_no"] == record.key == order_no
    assert record.headers["ce_id"] == str(event_id)


def _when_credited(world: World, order: dict[str, Any], person: str) -> dict[str, Any]:
    def look() -> dict[str, Any]:
        _, answer = world.orders("GET", f"/orders/{order['order_no']}", token=world.token(person))
        assert isinstance(answer, dict)
        return answer

    return wait_for(look, lambda answer: answer["status"] == "credited", seconds=60, what="the order's coins")


def _journey(world: World, order: dict[str, Any], person: str) -> list[dict[str, Any]]:
    status, answer = world.orders("GET", f"/orders/{order['order_no']}/journey", token=world.token(person))
    assert status == 200
    hops = answer["hops"]
    assert isinstance(hops, list)
    return hops
