"""REPAIR=1: what the services would do anyway is done again, once and audited; everything else is left untouched."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone
from pytest import MonkeyPatch

from flextx.outbox.models import OutboxMessage
from flextx.reconciliation import declared
from flextx.saga.models import Run
from order_service.recharge import reconcile_channel
from order_service.recharge.models import CreditNotice, Order, OrderMove, Payment
from order_service.recharge.moves import move
from order_service.refunds.models import Refund
from tests.order_service.gift_stories import has_sent
from tests.order_service.repairing import audited, left, repair, repaired
from tests.order_service.stories import BUYER, OPERATOR, everything, has_paid
from tests.order_service.test_operator_completes import pay
from tests.order_service.test_reconcile import reconcile
from tests.order_service.test_refund_reconcile import credited, owed, surplus, under_way
from tests.support.web_process import WebProcess

HOUR = timedelta(hours=1)


def long_ago(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(created_at=Now() - timedelta(seconds=61))


def test_a_healthy_system_is_not_touched() -> None:
    """Whatever is under way is left to its own worker."""
    for kind in (credited, under_way, owed, surplus):
        kind()
    before = everything()

    said = repair()

    assert (said["repaired"], said["left"], said["differences"]) == ([], [], [])
    assert everything() == before


def test_a_completed_order_that_was_never_announced_is_announced_once() -> None:
    """Fault tried: its sequence not counted."""
    order = BUYER.has_ordered()
    payment = has_paid(order)
    body = bytes(OutboxMessage.objects.get().body)
    OutboxMessage.objects.all().delete()

    said = repair()

    assert (repaired(said), said["differences"]) == ([("completed_not_announced", order.order_no)], [])
    row = OutboxMessage.objects.get()
    assert (row.key, row.event_type, row.sequence, row.state) == (order.order_no, "OrderCompleted", 2, "pending")
    assert json.loads(bytes(row.body)) == json.loads(body)
    assert json.loads(body)["trade_no"] == payment["trade_no"]
    done = {"done": "OrderCompleted was published"}
    assert audited() == [(f"completed_not_announced-{order.order_no}", "repair", "reconcile", done)]
    before = everything()
    assert (repair()["repaired"], everything()) == ([], before)


def test_an_order_whose_payment_does_not_agree_is_left() -> None:
    """Fault tried: terms_agree left out."""
    order = BUYER.has_ordered()
    has_paid(order)
    OutboxMessage.objects.all().delete()
    Payment.objects.update(amount_minor=599)

    said = repair()

    assert repaired(said) == []
    assert left(said) == [("completed_not_announced", order.order_no), ("payment_differs", order.order_no)]
    assert OutboxMessage.objects.count() == 0


def test_what_the_channel_calls_paid_is_completed(channel: WebProcess, monkeypatch: MonkeyPatch) -> None:
    """Its callback was lost. Fault tried: either grace left out."""
    order, unpaid, young = (BUYER.has_ordered() for _ in range(3))
    pay(order)
    pay(young)
    for each in (order, unpaid):
        long_ago(each)
    assert reconcile()[0] == 0  # it was paid just now
    Order.objects.filter(pk=young.pk).update(created_at=Now() + timedelta(seconds=60), expires_at=Now() + HOUR)
    monkeypatch.setattr(reconcile_channel, "GRACE_SECONDS", 0)
    code, found = reconcile()
    assert (code, [(one["class"], one["id"]) for one in found["differences"]]) == (
        1,
        [("paid_at_channel", order.order_no)],
    )

    said = repair()

    assert (repaired(said), said["differences"]) == ([("paid_at_channel", order.order_no)], [])
    states = dict(Order.objects.values_list("order_no", "status"))
    assert states == {order.order_no: "completed", unpaid.order_no: "pending", young.order_no: "pending"}
    assert [(row.who, row.why) for row in OrderMove.objects.all()] == [("reconcile", "the channel was asked")]
    assert OutboxMessage.objects.filter(key=order.order_no).count() == 1
    before = everything()
    assert (repair()["repaired"], everything()) == ([], before)


def test_a_payment_that_was_refused_is_an_incident_and_no_difference(
    channel: WebProcess, monkeypatch: MonkeyPatch
) -> None:
    """Fault tried: _without_incident gives all of them."""
    order = BUYER.has_ordered()
    pay(order, amount_minor=1)
    long_ago(order)
    monkeypatch.setattr(reconcile_channel, "GRACE_SECONDS", 0)
    assert reconcile()[0] == 1
    OPERATOR.post(f"/api/v1/orders/{order.order_no}/complete", {}).refuses(422, "amount_mismatch")

    assert reconcile()[0] == 0


def test_while_the_channel_is_away_nothing_is_said_of_it() -> None:
    long_ago(BUYER.has_ordered())
    before = everything()

    assert (repair()["repaired"], everything()) == ([], before)


def test_orders_that_no_settler_looked_at_are_looked_at(channel: WebProcess) -> None:
    """Fault tried: only looking at whether it is overdue; no time given to the settler."""
    paid, unpaid, uncredited, waiting = (BUYER.has_ordered() for _ in range(4))
    pay(paid)
    has_paid(uncredited)
    OutboxMessage.objects.update(state="sent", sent_at=Now(), partition=1, offset=7)
    victims = Order.objects.exclude(pk=waiting.pk)
    victims.update(settle_due_at=Now() - timedelta(seconds=601))
    Order.objects.filter(pk=waiting.pk).update(settle_due_at=Now() - timedelta(seconds=590))
    numbers = {order.order_no for order in victims}

    said = repair()

    assert set(repaired(said)) == {("overdue_order", order_no) for order_no in numbers}
    assert said["differences"] == []
    states = dict(Order.objects.values_list("order_no", "status"))
    assert (states[paid.order_no], states[unpaid.order_no], states[uncredited.order_no]) == (
        *("completed", "pending", "completed"),
    )
    assert Order.objects.filter(settle_due_at__gt=Now(), order_no__in=numbers).count() == 3
    assert OutboxMessage.objects.get(key=uncredited.order_no).resent == 1
    assert repair()["repaired"] == []


def test_money_that_is_owed_and_that_nobody_gives_back_is_given_back() -> None:
    """Fault tried: the second trade refunded as the whole order; a trade whose refund is under way taken too."""
    order = BUYER.has_ordered()
    move(order, "closed", who="test", why="expired", closed_at=order.created_at)
    first, second = has_paid(order), has_paid(order)
    Refund.objects.all().delete()
    Run.objects.all().update(open_key=None, state="undone", finished_at=Now(), next_due_at=None)

    said = repair()

    assert set(repaired(said)) == {("order_without_refund", order.order_no)}
    assert said["differences"] == []
    refunds = Refund.objects.order_by("payment_id")
    assert [(one.payment.trade_no, one.whole_order, one.who, one.status) for one in refunds] == [
        (first["trade_no"], True, "system", "refunding"),
        (second["trade_no"], False, "system", "refunding"),
    ]
    assert Order.objects.get().status == "refund_due"
    before = everything()
    assert (repair()["repaired"], everything()) == ([], before)


def test_what_a_person_ended_stays_with_people() -> None:
    """Fault tried: refunds=None left out of begin_what_is_owed."""
    order = surplus()
    Refund.objects.update(status="refused", open_payment=None, ended_at=timezone.now())
    Run.objects.update(state="refused", open_key=None, finished_at=timezone.now(), next_due_at=None)

    said = repair()

    assert (repaired(said), left(said)) == ([], [("payment_without_refund", order.order_no)])
    assert Refund.objects.count() == 1


@pytest.mark.usefixtures("rooms", "gifts_on_sale")
def test_a_run_that_nobody_took_up_is_taken_up() -> None:
    """Fault tried: take_up only looks."""
    gift = has_sent()
    Run.objects.update(next_due_at=Now() - timedelta(seconds=61))

    said = repair()

    assert (repaired(said), said["differences"]) == ([("overdue_run", str(gift.run_id))], [])
    assert Run.objects.filter(next_due_at__gt=Now()).count() == 1


def test_what_only_a_person_can_decide_is_left_as_it_is() -> None:
    """Fault tried: a repair given to credited_without_notice."""
    order = credited()
    CreditNotice.objects.all().delete()
    before = everything()

    said = repair()

    assert (repaired(said), left(said)) == ([], [("credited_without_notice", order.order_no)])
    [one] = said["differences"]
    assert (one["repair"], one["what_to_do"]) == (None, declared()["credited_without_notice"].what_to_do)
    assert everything() == before
