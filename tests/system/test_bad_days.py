"""Bad days with the payment channel, as docs/runbook.md tells them: from an order's number to what an operator does."""

from __future__ import annotations

import secrets
from typing import Any

from tests.system.killing import frozen
from tests.system.runbook import Day, hop, is_done, order_is, waits, waits_for
from tests.system.world import World


def pays(world: World, order: dict[str, Any], **misbehave: Any) -> None:
    status, answer = world.call("POST", order["payment"]["url"], json={"misbehave": misbehave})
    assert status == 200, answer


def no_settler_comes(world: World, order: dict[str, Any]) -> None:
    """Within this story: the suite's settler asks after seconds, not minutes, and a slow reader would come too late."""
    postponed = "UPDATE recharge_order SET settle_due_at = now() + interval '1 hour' WHERE order_no = %s"
    world.rows("order", postponed, (order["order_no"],))


def test_the_callback_was_lost(world: World, person: str) -> None:
    order = world.place_order(person)
    no_settler_comes(world, order)
    pays(world, order, no_callback=True)

    with Day.of(world, "The callback was lost", order_no=order["order_no"]) as day:
        day.until(waits_for("payment"))
        assert day.step()["status"] in ("completed", "credited")
        journey = day.until(order_is("credited"))

    assert journey["waiting"] == []
    assert world.balance(person) == 60


def test_the_channel_is_away(world: World, person: str) -> None:
    key, said = {"Idempotency-Key": secrets.token_hex(8)}, {"product_id": "coins-60", "channel": "sandbox"}

    def place() -> Any:
        return world.orders("POST", "/orders", token=world.token(person), json=said, headers=key)

    with frozen(world, "channel-web"):
        status, order = place()
        assert (status, order["payment"]["url"]) == (201, None)
        day = Day.of(world, "The channel is away", order_no=order["order_no"])
        journey = day.step()
        assert {"payment", "payment_page"} <= set(waits(journey))
        assert day.step(503)["code"] == "channel_unknown"

    with day:
        assert day.until(lambda answer: answer["code"] == "channel_says_unpaid", wanted=409)
    status, again = place()
    assert (status, again["order_no"]) == (201, order["order_no"])
    assert again["payment"]["url"].endswith(order["order_no"])


def test_the_channel_says_two_trades(world: World, person: str) -> None:
    order = world.place_order(person)
    pays(world, order, second_trade=True)

    with Day.of(world, "The channel says two trades", order_no=order["order_no"]) as day:
        journey = day.until(lambda told: is_done("refund_ended")(told) and order_is("credited")(told))
        assert hop(journey, "refund_ended")["details"]["status"] == "refunded"
        day.known["run_id"] = hop(journey, "refund_asked")["details"]["run_id"]
        run = day.step()

    assert [(step["step"], step["state"]) for step in run["steps"]] == [("pay_back", "applied")]
    assert world.balance(person) == 60


def test_paid_after_it_was_closed(world: World, person: str) -> None:
    order = world.place_order(person)
    expire = "UPDATE recharge_order SET expires_at = now(), settle_due_at = now() WHERE order_no = %s"
    world.rows("order", expire, (order["order_no"],))

    with Day.of(world, "Paid after it was closed", order_no=order["order_no"]) as day:
        day.until(order_is("closed"))
        pays(world, order, after_close=True)
        journey = day.until(order_is("refunded"))
        day.known["run_id"] = hop(journey, "refund_asked")["details"]["run_id"]
        assert day.step()["state"] == "done"

    assert world.balance(person) == 0


def test_the_channel_reports_another_amount(world: World, person: str) -> None:
    order = world.place_order(person)
    pays(world, order, amount_minor=1)

    with Day.of(world, "The channel reports another amount", order_no=order["order_no"]) as day:
        assert "amount_mismatch" in waits(day.until(waits_for("incident")))["incident"]["why"]
        [incident] = day.step()["results"]
        assert incident["reported"]["amount_minor"] == 1
        day.known["incident_id"] = incident["incident_id"]
        day.step()
        assert "incident" not in waits(day.step())

    assert world.balance(person) == 0


def test_the_channel_refuses_a_refund_that_is_owed(world: World, person: str) -> None:
    order = world.place_order(person)
    pays(world, order, second_trade=True, refund_fail=True)

    with Day.of(world, "The channel refuses a refund that is owed", order_no=order["order_no"]) as day:
        wait = waits(day.until(waits_for("refund_parked")))["refund_parked"]
        assert "FAILED" in wait["last_error"]
        day.known |= {"parked_id": wait["parked_id"], "run_id": wait["parked_id"].removeprefix("run-")}
        assert day.step()["parked_reason"] == "outside_refused"
        assert day.step(202)["status"] == "awaiting_confirmation"
        assert day.step()["confirmed_by"] == "op-2"
        journey = day.until(is_done("refund_ended"))

    assert hop(journey, "refund_ended")["details"]["status"] == "refunded"
