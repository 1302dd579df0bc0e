"""The channel calls a trade REFUND: its money is with the payer again, and nothing is to be taken."""

import json

import pytest

from flextx.saga.models import Run
from flextx.testing import wait_until
from order_service.recharge.channel_wire import call_channel
from order_service.recharge.models import Incident, Order
from order_service.recharge.moves import move
from tests.order_service.refund_stories import channel_settles, worker_looks
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


def test_a_refund_of_a_trade_nobody_told_of_is_an_incident(channel: WebProcess) -> None:
    """Fault tried: any REFUND taken for one that is known here."""
    order = BUYER.has_ordered()
    trade = pay(order)
    terms = {"refund_no": f"by-hand-{trade['trade_no']}", "trade_no": trade["trade_no"], "amount_minor": 600}
    call_channel("POST", "/refunds", json.dumps(terms).encode())
    wait_until(lambda: call_channel("GET", f"/refunds/{terms['refund_no']}", b"")[1]["status"] == "SUCCESS", seconds=60)
    before = everything()

    complete(order).refuses(422, "unknown_status")

    assert [(one.trade_no, one.reason) for one in Incident.objects.all()] == [(trade["trade_no"], "unknown_status")]
    assert everything() | {"Incident": []} == before


def has_been_refunded(order: Order) -> None:
    run = Run.objects.get()
    worker_looks(run)
    channel_settles(order)
    worker_looks(run)
    assert run.state == Run.State.DONE
