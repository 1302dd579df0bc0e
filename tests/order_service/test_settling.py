"""A callback never came: the settler asks the channel by a plan, and the channel's word decides."""

from datetime import timedelta
from functools import partial

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.models import F

from flextx import environment
from flextx.clock import database_now
from flextx.outbox.models import OutboxMessage
from order_service.recharge.models import Incident, Order, Payment
from order_service.recharge.settling import PendingOrders
from order_service.refunds.models import Refund
from tests.order_service.oracle import Oracle
from tests.order_service.settler_stories import ASKED, NAME, audit, settler_looks, time_comes, works_off
from tests.order_service.stories import BUYER, call_back, everything, has_paid, payment_of
from tests.order_service.test_operator_completes import pay
from tests.support.threads import together
from tests.support.web_process import WebProcess

WAITS = (25, 30, 120, 120, 300, 1200, 1200)  # between 5 s, 30 s, 1 m, 3 m, 5 m, 10 m and 30 m


def test_what_was_paid_is_completed_without_a_callback(channel: WebProcess) -> None:
    """Fault tried: `settle` that takes no payments."""
    order = BUYER.has_ordered()
    trade = pay(order)

    settler_looks(order)

    assert (order.status, order.asked_times) == ("completed", 1)
    assert audit(order) == [("pending", "completed", NAME, ASKED)]
    assert [(row.trade_no, row.state) for row in Payment.objects.all()] == [(trade["trade_no"], "accepted")]
    assert (OutboxMessage.objects.count(), Incident.objects.count()) == (1, 0)


def test_nobody_asks_before_the_time_that_was_planned_when_it_was_placed(channel: WebProcess) -> None:
    """Fault tried: `settle_due_at` left to its default."""
    order = BUYER.has_ordered()
    pay(order)
    before = everything()

    assert order.settle_due_at - order.created_at == timedelta(seconds=5)
    assert not PendingOrders(name=NAME).work_one()
    assert everything() == before


def test_an_unpaid_order_is_asked_about_ever_more_seldom(channel: WebProcess) -> None:
    """Fault tried: the moments of the plan taken for waits."""
    order = BUYER.has_ordered()

    for times, seconds in enumerate(WAITS, start=1):
        earliest = database_now()
        settler_looks(order)
        assert (order.status, order.asked_times, order.close_asked_times) == ("pending", times, 0)
        wait = timedelta(seconds=seconds)
        assert earliest + wait <= order.settle_due_at <= database_now() + wait
    assert audit(order) == []


def test_no_look_is_planned_behind_the_expiry(channel: WebProcess) -> None:
    """Fault tried: `min` left out of plan_next_look."""
    order = BUYER.has_ordered()
    Order.objects.update(expires_at=F("created_at") + timedelta(seconds=20))

    settler_looks(order)

    assert order.settle_due_at == order.expires_at


def test_no_word_of_the_channel_changes_nothing_and_it_is_asked_again(channel: WebProcess) -> None:
    """Fault tried: an unreadable answer taken for REFUSED and closed."""
    order = BUYER.has_ordered()
    pay(order, query_unknown=3)

    for times in (1, 2, 3):
        settler_looks(order)
        assert (order.status, order.asked_times) == ("pending", times)
    settler_looks(order)
    assert (order.status, order.asked_times) == ("completed", 4)


def test_while_the_channel_is_away_an_order_stays_what_it_is() -> None:
    """Fault tried: status 0 taken for REFUSED and closed."""
    orders = [BUYER.has_ordered() for _ in range(20)]

    settler_looks(*orders)

    assert [(order.status, order.asked_times) for order in orders] == [("pending", 1)] * 20


def test_another_amount_is_one_incident_and_the_order_stays_pending(channel: WebProcess) -> None:
    """Fault tried: no incident recorded by take_payments."""
    order, other = BUYER.has_ordered(), BUYER.has_ordered()
    trade = pay(order, amount_minor=1)
    pay(other)

    settler_looks(order, other)
    settler_looks(order)
    call_back(payment_of(order, trade_no=trade["trade_no"], amount_minor=1)).json(422)

    assert (order.status, other.status) == ("pending", "completed")
    (incident,) = Incident.objects.all()
    assert (incident.trade_no, incident.reason, incident.times_seen) == (trade["trade_no"], "amount_mismatch", 3)
    assert incident.reported["notify_id"] == "query"


def test_a_second_trade_that_nobody_told_of_goes_back(channel: WebProcess) -> None:
    """Fault tried: `more_trades` not read."""
    order = BUYER.has_ordered()
    pay(order, second_trade=True)

    settler_looks(order)

    assert sorted(row.state for row in Payment.objects.all()) == ["accepted", "to_refund"]
    assert [row.whole_order for row in Refund.objects.all()] == [False]
    assert OutboxMessage.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"currency": "USD"', "currency_mismatch"),
        (b'{"merchant_id": "somebody-else"', "merchant_mismatch"),
    ],
)
def test_other_terms_at_the_channel_are_an_incident(oracle: Oracle, body: bytes, reason: str) -> None:
    """Fault tried: our own merchant id put over the one the channel names."""
    order = BUYER.has_ordered()
    oracle.body = body + (
        b', "trade_no": "t-1", "status": "SUCCESS", "amount_minor": 600, "paid_at": "2026-11-21T08:00:00Z", '
        + (b"" if b"currency" in body else b'"currency": "CNY", ')
        + f'"order_no": "{order.order_no}"}}'.encode()
    )

    settler_looks(order)

    assert order.status == "pending"
    assert [(one.trade_no, one.reason) for one in Incident.objects.all()] == [("t-1", reason)]


def test_an_order_the_channel_already_called_back_about_is_not_asked_about(oracle: Oracle) -> None:
    order = BUYER.has_ordered()
    has_paid(order)
    time_comes(order)
    oracle.asked.clear()

    assert not PendingOrders(name=NAME).work_one()
    assert oracle.asked == []


def test_two_settlers_at_once_ask_about_each_order_once(channel: WebProcess) -> None:
    """Fault tried: orders claimed without a lock: both ask about all of them."""
    orders = [BUYER.has_ordered() for _ in range(32)]
    for order in orders[::2]:
        pay(order)
    time_comes(*orders)

    settlers = [PendingOrders(name=f"order-settler-{number}") for number in (1, 2)]
    together([partial(works_off, settler) for settler in settlers])

    assert [order.asked_times for order in Order.objects.all()] == [1] * 32
    assert [order.status for order in Order.objects.order_by("pk")] == ["completed", "pending"] * 16
    assert (Payment.objects.count(), OutboxMessage.objects.count()) == (16, 16)


def test_a_wrong_plan_is_named_when_a_process_starts() -> None:
    for wrong in ("5,5", "5,3", "0,1", "five", "", "5,nan"):
        with pytest.raises(ImproperlyConfigured, match="rising list of seconds"):
            environment.seconds("NOT_SET", wrong)
    assert environment.seconds("NOT_SET", "0.5,2") == (0.5, 2.0)
