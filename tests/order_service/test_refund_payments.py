"""Money that was never due goes back by itself: a second trade, and what was paid for a closed order."""

import pytest
import urllib3
from pytest_django import Settings

from flextx.saga.models import Run, StepSide
from order_service.recharge.models import Order
from order_service.recharge.moves import move
from order_service.refunds.models import Refund
from tests.order_service.refund_stories import (
    ask_refund,
    channel_settles,
    commands_to,
    moves,
    shown,
    states,
    worker_looks,
)
from tests.order_service.stories import BUYER, OPERATOR, SECOND_OPERATOR, call_back, everything, has_paid
from tests.order_service.test_operator_completes import complete, pay

pytestmark = pytest.mark.usefixtures("channel", "refund_sender")


@pytest.fixture(autouse=True)
def impatient(settings: Settings) -> None:
    settings.SANDBOX_TIMEOUT_SECONDS = 1.0


def paid_after_closing(**misbehave: object) -> Order:
    order = BUYER.has_ordered()
    move(order, "closed", who="test", why="expired", closed_at=order.created_at)
    pay(order, **misbehave)
    complete(order).json()
    order.refresh_from_db()
    return order


def test_money_for_a_closed_order_goes_back_without_anybodys_asking() -> None:
    """Fault tried: refund_payment not called by complete_order; `whole_order` always false."""
    order = paid_after_closing()
    run = Run.objects.get()
    assert (states(order), run.initiator) == (("refund_due", ["to_refund"]), "system")

    worker_looks(run)
    assert states(order) == ("refunding", ["refunding"])
    channel_settles(order)
    worker_looks(run)

    assert (run.state, states(order)) == ("done", ("refunded", ["refunded"]))
    assert commands_to(run) == []  # no coins were ever given for it
    assert moves(order)[-2:] == [
        ("refund_due", "refunding", "system", "paid after it was closed"),
        ("refunding", "refunded", "system", "paid after it was closed"),
    ]
    told = {"run_id": str(run.run_id), "status": "refunded", "reason": None}
    assert shown(order, BUYER)["refund"] == told
    before = everything()
    for who in (BUYER, OPERATOR):
        assert ask_refund(order, who).json(202)["run_id"] == str(run.run_id)
    assert everything() == before


def test_a_second_trade_goes_back_and_the_order_stays_as_it_is() -> None:
    """Fault tried: `whole_order` always true."""
    order = BUYER.has_ordered()
    has_paid(order)
    trade = pay(order)  # the channel's own first, the order's second
    late = {name: trade[name] for name in ("trade_no", "order_no", "amount_minor", "currency", "status", "paid_at")}
    assert call_back(late | {"notify_id": "n-late", "merchant_id": "live-coins"}).json() == {"code": "SUCCESS"}
    assert states(order) == ("completed", ["accepted", "to_refund"])
    assert call_back(late | {"notify_id": "n-later", "merchant_id": "live-coins"}).json() == {"code": "SUCCESS"}
    run = Run.objects.get()

    worker_looks(run)
    assert states(order) == ("completed", ["accepted", "refunding"])
    channel_settles(order)
    worker_looks(run)

    assert (run.state, states(order)) == ("done", ("completed", ["accepted", "refunded"]))
    assert shown(order)["refund"] is None
    assert [move_made[1] for move_made in moves(order)] == ["completed"]
    assert urllib3.request("GET", str(order.payment_url), timeout=5).data.count(b"Paid, and refunded") == 1


def test_what_is_owed_stays_owed_and_a_person_is_asked_when_the_channel_refuses() -> None:
    """Fault tried: is_owed left out of the saga."""
    order = paid_after_closing(refund_fail=True)
    run = Run.objects.get()
    worker_looks(run)
    channel_settles(order)

    worker_looks(run)

    side = StepSide.objects.get()
    assert (run.state, run.parked_reason, run.last_error) == (
        *("parked", "outside_refused"),
        "channel_refused: the channel says FAILED",
    )
    assert states(order) == ("refunding", ["refunding"])
    assert (side.state, side.last_error) == ("attempted", run.last_error)
    assert Refund.objects.get().status == "refunding"


def test_two_operators_settle_it_by_hand() -> None:
    """Fault tried: _begin left out of _refunded, for a run that was parked before it asked."""
    order = paid_after_closing()
    run = Run.objects.get()
    Run.objects.update(state="parked", parked_reason="stuck", next_due_at=None)
    path, said = f"/api/v1/parked/run-{run.run_id}/complete", {"reason": "paid back by bank transfer"}

    OPERATOR.post(path, said).json(202)
    OPERATOR.post(path, said).refuses(409, "second_person_needed")
    SECOND_OPERATOR.post(path, said).json(200)

    assert states(order) == ("refunded", ["refunded"])
    assert [move_made[1] for move_made in moves(order)][-3:] == ["refund_due", "refunding", "refunded"]


def test_what_an_operator_undid_before_it_was_asked_can_be_asked_for() -> None:
    """Fault tried: no branch for refund_due in refund_order."""
    order = paid_after_closing()
    first = Run.objects.get()
    Run.objects.update(state="parked", parked_reason="stuck", next_due_at=None)
    OPERATOR.post(f"/api/v1/parked/run-{first.run_id}/undo", {"reason": "wrong channel"}).json(200)
    assert states(order) == ("refund_due", ["to_refund"])
    assert shown(order)["refund"] == {"run_id": str(first.run_id), "status": "refused", "reason": "undone_by_operator"}

    second = ask_refund(order).json(202)

    assert second["run_id"] != str(first.run_id)
    worker_looks(Run.objects.get(run_id=second["run_id"]))
    assert (states(order), moves(order)[-1][2]) == (("refunding", ["refunding"]), "owner u-1")
