"""The channel calls a trade REFUND: its money is with the payer again, and nothing is to be taken."""

import json

import pytest

from flextx.outbox.models import OutboxMessage
from flextx.saga.models import Run
from flextx.testing import wait_until
from order_service.recharge.channel_wire import call_channel
from order_service.recharge.models import Incident, Order, Payment
from order_service.recharge.moves import move
from tests.order_service.refund_stories import channel_settles, worker_looks
from tests.order_service.settler_stories import NAME, audit, settler_looks
from tests.order_service.stories import BUYER, everything
from tests.order_service.test_operator_completes import complete, pay
from tests.support.web_process import WebProcess

pytestmark = pytest.mark.usefixtures("refund_sender")


def test_what_was_given_back_is_answered_as_it_is(channel: WebProcess) -> None:
    """Fault tried: the channel's REFUND taken for UNKNOWN; taken for a payment."""
    order = BUYER.has_ordered()
    move(order, "closed", who="test", why="expired", closed_at=order.created_at)
    pay(order)
    complete(order).json()
    has_been_refunded(order)
    before = everything()

    told = complete(order).json()

    assert (told["status"], [one["state"] for one in told["payments"]]) == ("refunded", ["refunded"])
    assert everything() == before


@pytest.mark.parametrize("ask", ["operator", "settler"])
def test_what_somebody_gave_back_at_the_channel_closes_the_order_and_is_an_incident(
    channel: WebProcess, ask: str
) -> None:
    """Fault tried: any REFUND taken for one that is known here; taken for a payment; the order left pending."""
    order = BUYER.has_ordered()
    trade = pay(order)
    gives_back(trade["trade_no"], 600)

    if ask == "operator":
        assert complete(order).json()["status"] == "closed"
    settler_looks(order)

    assert [(one.trade_no, one.reason) for one in Incident.objects.all()] == [
        (trade["trade_no"], "given_back_at_channel")
    ]
    assert (order.status, Payment.objects.count(), OutboxMessage.objects.count()) == ("closed", 0, 0)
    who = "operator op-1" if ask == "operator" else NAME
    assert audit(order) == [("pending", "closed", who, "the channel has given the money back")]


def test_of_two_trades_the_one_that_was_not_given_back_counts(channel: WebProcess) -> None:
    """Fault tried: `more_trades` not read."""
    order = BUYER.has_ordered()
    trade = pay(order, second_trade=True)
    gives_back(trade["trade_no"], 600)

    settler_looks(order)

    more = trade["more_trades"]
    assert isinstance(more, list)
    assert order.status == "completed"
    assert [(row.trade_no, row.state) for row in Payment.objects.all()] == [(more[0]["trade_no"], "accepted")]
    assert [one.reason for one in Incident.objects.all()] == ["given_back_at_channel"]


def test_while_a_trade_was_not_given_back_the_order_stays_pending(channel: WebProcess) -> None:
    """Fault tried: `any` instead of `all` in take_payments."""
    order = BUYER.has_ordered()
    trade = pay(order, second_trade=True, amount_minor=1)
    gives_back(trade["trade_no"], 1)

    settler_looks(order)

    assert (order.status, Payment.objects.count()) == ("pending", 0)
    reasons = Incident.objects.order_by("id").values_list("reason", flat=True)
    assert list(reasons) == ["given_back_at_channel", "amount_mismatch"]


def gives_back(trade_no: object, amount_minor: int) -> None:
    """By hand, at the channel's own counter."""
    terms = {"refund_no": f"by-hand-{trade_no}", "trade_no": trade_no, "amount_minor": amount_minor}
    call_channel("POST", "/refunds", json.dumps(terms).encode())
    path = f"/refunds/{terms['refund_no']}"
    wait_until(lambda: call_channel("GET", path, b"")[1]["status"] == "SUCCESS", seconds=60)


def has_been_refunded(order: Order) -> None:
    run = Run.objects.get()
    worker_looks(run)
    channel_settles(order)
    worker_looks(run)
    assert run.state == Run.State.DONE
