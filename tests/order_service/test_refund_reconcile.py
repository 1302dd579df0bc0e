"""Reconciliation names each planted difference between refunds, their runs, their payments and their orders."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contracts import HoldRefund, TakeRefund
from flextx.saga.models import Run
from flextx.testing import expect_saga
from order_service.recharge.models import Order, Payment
from order_service.recharge.moves import move
from order_service.refunds.models import Refund
from tests.order_service.news import credit_of, deliver, record_of
from tests.order_service.refund_stories import refunding
from tests.order_service.stories import BUYER, has_paid
from tests.order_service.test_reconcile import reconcile


def credited() -> Order:
    order = BUYER.has_ordered()
    has_paid(order)
    deliver(record_of(credit_of(order)))
    return order


def under_way() -> Order:
    order = credited()
    refunding(order)
    return order


def refunded() -> Order:
    order = credited()
    path = [(HoldRefund, "applied"), ("pay_back", "applied"), (TakeRefund, "applied")]
    expect_saga(refunding(order), path=path, ends="done")
    return order


def refused() -> Order:
    order = credited()
    expect_saga(refunding(order), path=[(HoldRefund, "refused")], ends="refused")
    return order


def owed() -> Order:
    order = BUYER.has_ordered()
    move(order, "closed", who="test", why="expired", closed_at=order.created_at)
    has_paid(order)
    return order


def surplus() -> Order:
    order = credited()
    has_paid(order)
    return order


def test_refunds_of_every_kind_have_no_difference() -> None:
    for kind in (credited, under_way, refunded, refused, owed, surplus):
        kind()
    # Six orders, five refunds; one is under way, one owed, and the surplus trade is as well.
    assert reconcile() == (0, {"service": "order-service", "checked": 11, "in_flight": 3, "differences": []})


def of_run(**fields: str | None) -> Callable[[Order], object]:
    return lambda order: Run.objects.update(**fields)


def of_order(status: str) -> Callable[[Order], object]:
    return lambda order: Order.objects.filter(pk=order.pk).update(status=status)


def of_payment(state: str) -> Callable[[Order], object]:
    return lambda order: Payment.objects.filter(order=order).update(state=state)


def forget(order: Order) -> None:
    Refund.objects.filter(order=order).delete()


DONE, UNDONE = {"state": "done", "finished_at": "2026-11-21T00:00:00Z"}, {"state": "undone", "open_key": None}
PLANTED: list[tuple[Callable[[], Order], Callable[[Order], object], set[str]]] = [
    (under_way, of_run(**DONE), {"refund_differs"}),
    (under_way, of_order("credited"), {"refund_differs"}),
    (under_way, of_payment("accepted"), {"refund_differs"}),
    (refunded, of_order("credited"), {"refund_differs"}),
    (refunded, of_payment("refunding"), {"refund_differs"}),
    (refunded, of_run(**UNDONE), {"refund_differs"}),
    (refused, of_run(state="done", open_key="x"), {"refund_differs"}),
    (refused, of_order("refunded"), {"order_without_refund"}),
    (refused, of_payment("refunded"), {"payment_without_refund"}),
    (under_way, forget, {"order_without_refund", "payment_without_refund"}),
    (owed, forget, {"order_without_refund", "payment_without_refund"}),
    (owed, of_order("refunded"), {"refund_differs"}),
    (surplus, forget, {"payment_without_refund"}),
]


@pytest.mark.parametrize(("given", "plant", "names"), PLANTED)
def test_a_planted_difference_is_named(
    given: Callable[[], Order], plant: Callable[[Order], object], names: set[str]
) -> None:
    """Fault tried: each comparison left out, one by one; each line of REFUND_DIFFERS' cases made true."""
    order = given()
    plant(order)

    code, said = reconcile()

    assert code == 1
    assert {(one["class"], one["id"]) for one in said["differences"]} == {(name, order.order_no) for name in names}


def test_every_comparison_was_planted() -> None:
    from order_service.refunds.reconcile import _COMPARISONS

    assert {name for _, _, names in PLANTED for name in names} == set(_COMPARISONS)
