"""Reconciliation finds nothing where nothing is wrong, and names each planted difference by its order."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models.functions import Now

from flextx.conf import flextx_settings
from flextx.outbox.models import OutboxMessage
from order_service.recharge.models import CreditNotice, Order, Payment
from order_service.recharge.moves import move
from tests.order_service.news import credit_of, deliver, record_of
from tests.order_service.stories import BUYER, STRANGER, everything, has_paid

Plant = Callable[[Order], object]


@dataclass
class Books:
    """A good state: one order of every kind."""

    pending: Order
    completed: Order
    credited: Order
    refund_due: Order


@pytest.fixture
def books() -> Books:
    pending, completed, credited, refund_due = (BUYER.has_ordered() for _ in range(4))
    has_paid(completed)
    has_paid(completed)  # a surplus trade, to be refunded
    has_paid(credited)
    deliver(record_of(credit_of(credited)))
    move(refund_due, "closed", who="test", why="expired", closed_at=refund_due.created_at)
    has_paid(refund_due)
    return Books(pending, completed, credited, refund_due)


def reconcile() -> tuple[int, dict[str, Any]]:
    """(exit code, what it says)"""
    out = StringIO()
    try:
        call_command("reconcile", "--format", "json", stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def test_good_books_have_no_difference_and_what_is_on_its_way_is_counted(books: Books) -> None:
    before = everything()

    assert reconcile() == (0, {"service": "order-service", "checked": 6, "in_flight": 3, "differences": []})
    assert everything() == before


def rows(model: Any, **fields: Any) -> Plant:
    return lambda order: model.objects.filter(order=order).update(**fields)


def of_order(**fields: Any) -> Plant:
    return lambda order: Order.objects.filter(pk=order.pk).update(**fields)


def delete(model: Any) -> Plant:
    return lambda order: model.objects.filter(order=order).delete()


def lose_payment(order: Order) -> None:
    Payment.objects.filter(accepted_for=order).delete()


def forget_announcement(order: Order) -> None:
    OutboxMessage.objects.filter(key=order.order_no).delete()


def overdue(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(settle_due_at=Now() - timedelta(seconds=601))


def told(**changes: Any) -> Plant:
    def tell(order: Order) -> None:
        notice = CreditNotice.objects.get(order=order)
        notice.account_side |= changes
        notice.save()

    return tell


PLANTED: list[tuple[str, str, Plant, str]] = [
    ("completed", "completed_not_announced", forget_announcement, "no OrderCompleted in the outbox"),
    ("pending", "overdue_order", overdue, "status pending, to be looked at since"),
    ("completed", "overdue_order", overdue, "status completed, to be looked at since"),
    ("credited", "completed_not_announced", forget_announcement, "no OrderCompleted in the outbox"),
    ("completed", "completed_without_payment", lose_payment, "no accepted payment"),
    ("completed", "paid_not_completed", of_order(status="pending", completed_at=None), "the order is pending"),
    ("completed", "payment_differs", of_order(amount_minor=601), "of 600 CNY for an order of 601 CNY"),
    ("refund_due", "payment_differs", rows(Payment, currency="USD"), "of 600 USD for an order of 600 CNY"),
    ("credited", "credited_without_notice", delete(CreditNotice), "no CoinsCredited was received"),
    ("credited", "notice_differs", told(coins=61), "of 61 coins for u-1, the order is of 60 for u-1"),
    ("credited", "notice_differs", told(owner_id=STRANGER.subject), "of 60 coins for u-2, the order is of 60 for u-1"),
]


@pytest.mark.parametrize(("victim", "name", "plant", "saying"), PLANTED)
def test_a_planted_difference_is_named(books: Books, victim: str, name: str, plant: Plant, saying: str) -> None:
    """Fault tried: each comparison left out of reconcile, one by one."""
    order: Order = getattr(books, victim)
    plant(order)

    code, said = reconcile()

    named = [(one["class"], one["id"]) for one in said["differences"]]
    assert code == 1
    assert set(named) == {(name, order.order_no)}
    assert all(saying in one["detail"] for one in said["differences"])


def test_what_was_pruned_in_its_time_is_no_difference(books: Books) -> None:
    """Fault tried: the age left out, on either side."""
    forget_announcement(books.credited)
    old = Now() - timedelta(seconds=flextx_settings().outbox_retention_seconds + 60)
    assert reconcile()[0] == 1

    Order.objects.filter(pk=books.credited.pk).update(completed_at=old)

    assert reconcile()[0] == 0
    forget_announcement(books.completed)
    Order.objects.filter(pk=books.completed.pk).update(completed_at=old)
    assert reconcile()[0] == 1


def test_every_comparison_was_planted() -> None:
    from order_service.recharge.reconcile import _COMPARISONS

    assert {name for _, name, _, _ in PLANTED} == set(_COMPARISONS)


def test_a_person_reads_lines(books: Books) -> None:
    forget_announcement(books.completed)
    out = StringIO()

    with pytest.raises(SystemExit):
        call_command("reconcile", stdout=out)

    first, last = out.getvalue().splitlines()
    assert first.startswith(f"completed_not_announced {books.completed.order_no}: ")
    assert last == "order-service: 6 checked, 3 in flight, 1 differences"
