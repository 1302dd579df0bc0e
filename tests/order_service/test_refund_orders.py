"""A credited order is refunded: coins held, money back, coins taken; or everything as it was before."""

import json

import pytest
from pytest_django import Settings

from contracts import HoldRefund, TakeRefund
from flextx.outbox.models import OutboxMessage
from flextx.saga.models import Run, StepSide
from flextx.testing.sagas import expect_saga
from order_service.recharge.channel_wire import call_channel
from order_service.refunds.channel import refund_no_of
from order_service.refunds.models import Refund
from tests.order_service.refund_stories import (
    account_says,
    ask_refund,
    bought,
    channel_settles,
    commands_to,
    moves,
    refunding,
    shown,
    states,
    worker_looks,
)
from tests.order_service.stories import BUYER, OPERATOR, everything
from tests.support.threads import together
from tests.support.web_process import WebProcess

pytestmark = pytest.mark.usefixtures("channel", "refund_sender")


@pytest.fixture(autouse=True)
def impatient(settings: Settings) -> None:
    settings.SANDBOX_TIMEOUT_SECONDS = 1.0


def test_the_coins_are_held_the_money_goes_back_and_the_coins_are_taken() -> None:
    """Fault tried: `take` before `pay_back` in the declaration; move_payment left out of _refunded."""
    order = bought()

    asked = ask_refund(order).json(202)
    run = Run.objects.get()
    refund = {"run_id": str(run.run_id), "status": "refunding", "reason": None}
    assert asked == refund | {"order_no": order.order_no}
    assert shown(order, BUYER)["refund"] == refund
    assert states(order) == ("refunding", ["refunding"])
    hold = json.loads(bytes(OutboxMessage.objects.get(topic="account.commands").body))
    wanted = {"order_no": order.order_no, "owner_id": "u-1", "coins": 60, "by_owner": True, "to_debt": False}
    assert wanted.items() <= hold.items()

    account_says(run, "applied")
    worker_looks(run)
    channel_settles(order)
    worker_looks(run)
    assert commands_to(run) == ["HoldRefund", "TakeRefund"]
    assert states(order) == ("refunding", ["refunding"])

    account_says(run, "applied")
    assert states(order) == ("refunded", ["refunded"])
    assert shown(order, BUYER)["refund"] == refund | {"status": "refunded"}
    assert moves(order)[-2:] == [
        ("credited", "refunding", "owner u-1", "changed my mind"),
        ("refunding", "refunded", "owner u-1", "changed my mind"),
    ]


def test_however_often_the_channel_is_unknown_the_money_goes_back_once() -> None:
    """Fault tried: UNKNOWN given to the engine as REFUSED; a refund number of each call's own."""
    order = bought(refund_unknown=6)
    run = refunding(order)
    account_says(run, "applied")

    for _ in range(6):
        worker_looks(run)
        assert (run.state, states(order)) == ("running", ("refunding", ["refunding"]))
    channel_settles(order)
    worker_looks(run)

    side = StepSide.objects.get(run=run, name="pay_back")
    assert (side.state, side.tries, side.asked) == ("applied", 6, 7)
    trade_no = order.payments.get().trade_no
    assert side.result == {"refund_no": refund_no_of(trade_no)}
    one_more = {"refund_no": f"more-{trade_no[:40]}", "trade_no": trade_no, "amount_minor": 1}
    assert call_channel("POST", "/refunds", json.dumps(one_more).encode())[1]["code"] == "refund_too_large"


def test_what_the_channel_fails_gives_the_coins_back_and_the_order_is_credited_again() -> None:
    """Fault tried: `move_payment(..., "accepted")` left out of refund_ended; no undo declared for hold."""
    order = bought(refund_fail=True)
    run = refunding(order)
    account_says(run, "applied")
    worker_looks(run)
    channel_settles(order)

    worker_looks(run)
    assert (run.state, commands_to(run)) == ("undoing", ["HoldRefund", "ReleaseRefund"])
    assert states(order) == ("refunding", ["refunding"])

    account_says(run, "applied")
    assert (run.state, states(order)) == ("undone", ("credited", ["accepted"]))
    assert shown(order)["refund"] == {"run_id": str(run.run_id), "status": "refused", "reason": "channel_refused"}
    assert moves(order)[-1] == ("refunding", "credited", "refund_order", "the channel says FAILED")


def test_spent_coins_refuse_it_and_a_second_attempt_is_a_run_of_its_own() -> None:
    """Fault tried: `open_payment` kept by a refused refund."""
    order = bought()
    first = refunding(order)
    account_says(first, "refused", "insufficient_funds")
    assert (first.state, states(order)) == ("refused", ("credited", ["accepted"]))
    assert shown(order)["refund"]["reason"] == "insufficient_funds"

    second = refunding(order, OPERATOR, to_debt=True)

    assert second.run_id != first.run_id
    assert (second.data["to_debt"], second.data["by_owner"], second.initiator) == (True, False, "op-1")
    expect_saga(second, path=[(HoldRefund, "applied"), ("pay_back", "applied"), (TakeRefund, "applied")], ends="done")
    assert states(order) == ("refunded", ["refunded"])
    assert list(Refund.objects.order_by("created_at").values_list("status", flat=True)) == ["refused", "refunded"]


def test_asked_again_it_is_the_same_refund_while_it_is_under_way_and_when_it_is_done() -> None:
    """Fault tried: open_refund_of not asked."""
    order = bought()
    first = ask_refund(order).json(202)
    before = everything()
    assert [ask_refund(order, who).json(202) for who in (BUYER, OPERATOR)] == [first, first]
    assert everything() == before

    path = [(HoldRefund, "applied"), ("pay_back", "applied"), (TakeRefund, "applied")]
    expect_saga(Run.objects.get(), path=path, ends="done")
    before = everything()
    assert ask_refund(order).json(202) == first | {"status": "refunded"}
    assert everything() == before


def test_asked_for_ten_times_at_once_it_is_one_refund(channel: WebProcess) -> None:
    """Fault tried: refund_order without lock_order."""
    order = bought()

    answers = together([lambda: ask_refund(order)] * 10)

    assert len({answer.json(202)["run_id"] for answer in answers}) == 1
    assert (Run.objects.count(), Refund.objects.count()) == (1, 1)
