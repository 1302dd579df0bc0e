"""The moves of an order are a table; any other is refused, whoever tries, and nothing changes."""

from itertools import product

import pytest
from django.db import transaction

from flextx.clock import database_now
from order_service.recharge.errors import MoveRefused
from order_service.recharge.models import Order, OrderMove
from order_service.recharge.moves import move, move_all
from tests.order_service.stories import BUYER, everything

STATUSES = ("pending", "completed", "credited", "closed", "refund_due", "refunding", "refunded")
# As it is meant, not as it is written in the code.
TABLE = {
    ("pending", "completed"),
    ("completed", "credited"),
    ("pending", "closed"),
    ("closed", "refund_due"),
    ("refund_due", "refunding"),
    ("refunding", "refunded"),
    ("credited", "refunding"),
    ("refunding", "credited"),
}


def order_in(status: str) -> Order:
    order = BUYER.has_ordered()
    now = database_now()
    Order.objects.filter(pk=order.pk).update(status=status, completed_at=now, credited_at=now)
    order.refresh_from_db()
    return order


def test_every_status_is_in_the_table() -> None:
    assert set(STATUSES) == set(Order.Status.values)


@pytest.mark.parametrize(("before", "after"), sorted(TABLE))
def test_a_move_of_the_table_is_made_and_written_down(before: str, after: str) -> None:
    order = order_in(before)

    move(order, after, who="w", why="y")

    assert (order.status, Order.objects.get().status) == (after, after)
    row = OrderMove.objects.get()
    assert (row.from_status, row.to_status, row.who, row.why) == (before, after, "w", "y")


@pytest.mark.parametrize(("before", "after"), sorted(set(product(STATUSES, STATUSES)) - TABLE))
def test_any_other_is_refused_and_nothing_changes(before: str, after: str) -> None:
    """Fault tried: each of several pairs added to ALLOWED."""
    order = order_in(before)
    stored = everything()

    with pytest.raises(MoveRefused):
        move(order, after, who="w", why="y")
    assert (order.status, everything()) == (before, stored)


def test_a_move_from_where_the_order_no_longer_is_is_refused() -> None:
    """Fault tried: `status=before` left out of the compare-and-set."""
    stale = order_in("pending")
    Order.objects.update(status="closed")
    stored = everything()

    with pytest.raises(MoveRefused), transaction.atomic():
        move(stale, "completed", who="w", why="y", completed_at=database_now())
    assert everything() == stored


def test_of_many_orders_all_move_or_none() -> None:
    """Fault tried: the count of moved rows not compared."""
    orders = [order_in("completed") for _ in range(3)]
    Order.objects.filter(pk=orders[1].pk).update(status="credited")
    stored = everything()

    with pytest.raises(MoveRefused), transaction.atomic():
        move_all(orders, "credited", who="w", why="y", credited_at=database_now())
    assert everything() == stored


def test_nothing_to_move_moves_nothing() -> None:
    stored = everything()

    move_all([], "credited", who="w", why="y")
    assert everything() == stored
