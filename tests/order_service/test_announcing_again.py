"""Coins that do not arrive: the completed order is announced again, under the same event id, ever more seldom."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from flextx.clock import database_now
from flextx.outbox.models import OutboxMessage
from order_service.recharge.models import Order
from order_service.recharge.settling import UncreditedOrders, announce_again
from tests.order_service.news import credit_of, deliver, record_of
from tests.order_service.settler_stories import announcer_looks, time_comes
from tests.order_service.stories import BUYER, everything, has_paid
from tests.support.threads import together

STATES = OutboxMessage.State


def completed() -> Order:
    order = BUYER.has_ordered()
    has_paid(order)
    return order


def the_log_has_it() -> None:
    """A relay sent what was to be sent."""
    OutboxMessage.objects.filter(state=STATES.PENDING).update(state=STATES.SENT, sent_at=Now(), partition=0, offset=0)


def test_what_was_sent_and_not_credited_is_announced_again_as_the_same_event() -> None:
    """Fault tried: `publish` instead of `republish`."""
    order = completed()
    the_log_has_it()
    (sent,) = OutboxMessage.objects.values("event_id", "sequence", "body")

    announcer_looks(order)

    assert (order.status, order.announced_times) == ("completed", 2)
    (again,) = OutboxMessage.objects.all()
    assert (again.state, again.resent) == (STATES.PENDING, 1)
    assert {"event_id": again.event_id, "sequence": again.sequence, "body": bytes(again.body)} == sent | {
        "body": bytes(sent["body"])
    }


def test_it_is_given_five_minutes_first_and_then_ever_more() -> None:
    """Fault tried: the first look left where it was planned when the order was placed; waits that do not grow."""
    order = completed()
    assert order.completed_at is not None
    planned = [order.settle_due_at - order.completed_at]
    for _ in range(2):
        the_log_has_it()
        before = database_now()
        announcer_looks(order)
        planned.append(order.settle_due_at - before)

    for wait, seconds in zip(planned, (300, 600, 1200), strict=True):
        assert timedelta(seconds=seconds * 0.8) <= wait <= timedelta(seconds=seconds + 30)


def test_before_that_nothing_happens() -> None:
    """Fault tried: the due time not asked for in lock_due_orders."""
    completed()
    the_log_has_it()
    before = everything()

    assert not UncreditedOrders().work_one()
    assert not announce_again()
    assert everything() == before


@pytest.mark.parametrize("state", [STATES.PENDING, STATES.PARKED])
def test_what_is_unsent_or_parked_is_left_alone(state: str) -> None:
    """Fault tried: the announcement counted whatever `republish` did."""
    order = completed()
    OutboxMessage.objects.update(state=state)
    before = everything()["OutboxMessage"]

    announcer_looks(order)

    assert (order.announced_times, everything()["OutboxMessage"]) == (1, before)
    assert order.settle_due_at > database_now()


def test_after_twelve_times_a_person_has_to_find_out_why() -> None:
    """Fault tried: `may_announce_again` left out."""
    order = completed()
    for _ in range(14):
        the_log_has_it()
        announcer_looks(order)

    assert order.announced_times == 12
    assert [row.resent for row in OutboxMessage.objects.all()] == [11]


def test_once_the_coins_are_there_nothing_is_announced() -> None:
    """Fault tried: completed_at asked for instead of the status."""
    order = completed()
    the_log_has_it()
    deliver(record_of(credit_of(order)))
    time_comes(order)
    before = everything()

    assert not UncreditedOrders().work_one()
    assert everything() == before


def test_two_settlers_at_once_announce_it_once() -> None:
    """Fault tried: the due order read without a lock."""
    orders = [completed() for _ in range(8)]
    the_log_has_it()
    time_comes(*orders)

    together([lambda: [UncreditedOrders().work_one() for _ in range(9)]] * 2)

    assert [order.announced_times for order in Order.objects.all()] == [2] * 8
    assert [row.resent for row in OutboxMessage.objects.all()] == [1] * 8
