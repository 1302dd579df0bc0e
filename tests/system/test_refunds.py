"""A refund, end to end: the coins are gone and the money is back once, or nothing has changed."""

from __future__ import annotations

import psutil

from tests.system.books import reconcile
from tests.system.gifts import open_room, purse, run_now, send_gift
from tests.system.gifts import when as when_gift
from tests.system.killing import pid_of
from tests.system.refunds import ask_refund, bought, went_back_once, when
from tests.system.world import World, wait_for


def test_a_refund_takes_the_coins_and_gives_the_money_back_once(world: World, person: str) -> None:
    """Fault tried: UNKNOWN given to the engine as REFUSED; a refund number of each call's own."""
    order = bought(world, person, refund_unknown=2)
    assert purse(world, person) == (60, 0)

    status, asked = ask_refund(world, order)
    assert (status, asked["status"]) == (202, "refunding")
    refunded = when(world, order, "refunded")

    assert (refunded["refund"]["status"], [one["state"] for one in refunded["payments"]]) == ("refunded", ["refunded"])
    assert purse(world, person) == (0, 0)
    assert went_back_once(world, order)
    run = run_now(world, asked["run_id"])
    sides = [(step["step"], step["side"], step["state"]) for step in run["steps"]]
    assert sides == [("hold", "do", "applied"), ("pay_back", "do", "applied"), ("take", "do", "applied")]
    assert run["steps"][1]["tries"] >= 2
    _, participant = world.accounts("GET", f"/runs/{asked['run_id']}", token=world.token("op-1", "operator"))
    assert [(step["step"], step["outcome"]) for step in participant["steps"]] == [
        ("hold", "applied"),
        ("take", "applied"),
    ]
    assert ask_refund(world, order)[1]["run_id"] == asked["run_id"]


def test_kill_9_of_the_recovery_worker_while_the_channel_is_silent(world: World, person: str) -> None:
    """Fault tried: a refund number of each call's own."""
    order = bought(world, person, refund_unknown=2)
    _, asked = ask_refund(world, order)
    wait_for(lambda: calls_without_answer(world, asked["run_id"]), lambda calls: calls == 1, seconds=60, what="asked")

    pid = pid_of(world, "order-recovery-1")
    assert pid is not None
    psutil.Process(pid).kill()  # the channel has the request, and nobody here has its answer

    when(world, order, "refunded", seconds=60)
    assert purse(world, person) == (0, 0)
    assert went_back_once(world, order)
    [pay_back] = [step for step in run_now(world, asked["run_id"])["steps"] if step["step"] == "pay_back"]
    assert pay_back["asked"] > pay_back["tries"] + 1  # one call has no answer written down: its worker died with it
    assert pid_of(world, "order-recovery-1") != pid


def calls_without_answer(world: World, run_id: str) -> int:
    query = (
        "SELECT asked - tries FROM flextx_saga_stepside WHERE run_id = %s AND name = 'pay_back' AND settled_at IS NULL"
    )
    return sum(calls for (calls,) in world.rows("order", query, (run_id,)))


def test_what_the_channel_fails_leaves_the_coins_where_they_were(world: World, person: str) -> None:
    order = bought(world, person, refund_fail=True)
    _, asked = ask_refund(world, order)

    run = wait_for(
        lambda: run_now(world, asked["run_id"]), lambda now: now["state"] == "undone", seconds=30, what="undone"
    )

    assert run["reason"] == "channel_refused"
    back = when(world, order, "credited")
    assert back["refund"] == {"run_id": asked["run_id"], "status": "refused", "reason": "channel_refused"}
    assert purse(world, person) == (60, 0)
    assert world.channel("GET", f"/trades/{order['order_no']}")[1]["status"] == "SUCCESS"


def test_spent_coins_refuse_a_refund_unless_an_operator_makes_them_a_debt(world: World, person: str) -> None:
    """Fault tried: `to_debt` left out of the run's data."""
    order, room = bought(world, person), open_room(world, person)
    when_gift(world, send_gift(world, person, room, "cake", 2), "sent")
    assert purse(world, person) == (40, 0)

    _, first = ask_refund(world, order)
    wait_for(
        lambda: run_now(world, first["run_id"])["state"], lambda state: state == "refused", seconds=60, what="refused"
    )
    assert when(world, order, "credited")["refund"]["reason"] == "insufficient_funds"
    assert purse(world, person) == (40, 0)

    status, second = ask_refund(world, order, "op-1", "operator", to_debt=True)
    assert (status, second["run_id"] != first["run_id"]) == (202, True)
    when(world, order, "refunded")
    _, answer = world.accounts("GET", f"/accounts/{person}/balances", token=world.token(person))
    [coins] = [one for one in answer["balances"] if one["asset"] == "COIN"]
    assert (coins["available"], coins["held"], coins["owed"]) == (0, 0, 20)
    assert went_back_once(world, order)
    assert reconcile(world)["differences"] == []


def test_a_second_trade_goes_back_by_itself(world: World, person: str) -> None:
    """Fault tried: no run started for a payment that is to be refunded."""
    order = bought(world, person, second_trade=True)

    states = wait_for(
        lambda: sorted(one["state"] for one in when(world, order, "credited")["payments"]),
        lambda found: found == ["accepted", "refunded"],
        seconds=30,
        what="the second trade refunded",
    )

    assert states == ["accepted", "refunded"]
    assert purse(world, person) == (60, 0)
    assert when(world, order, "credited")["refund"] is None
