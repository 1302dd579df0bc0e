"""What must never be stored is refused by the database itself, whatever the code does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from flextx.clock import database_now
from order_service.recharge.models import Incident, Order, Payment, Product
from tests.order_service.stories import BUYER, everything, has_paid


def forbidden(name: str, write: Callable[[], Any]) -> None:
    """The write breaks exactly this constraint, and nothing changes."""
    before = everything()
    with pytest.raises(IntegrityError) as broken, transaction.atomic():
        write()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert broken.value.__cause__ is not None
    assert broken.value.__cause__.diag.constraint_name == name  # type: ignore[attr-defined]  # psycopg's error
    assert everything() == before


def payment(order: Order, trade_no: str, **fields: Any) -> Callable[[], Payment]:
    given = {"channel": "sandbox", "order": order, "trade_no": trade_no, "amount_minor": 600, "currency": "CNY"}
    rest = {"state": "to_refund", "notify_id": "n", "paid_at": database_now()}
    return lambda: Payment.objects.create(**(given | rest | fields))


def orders_with(**fields: Any) -> Callable[[], int]:
    return lambda: Order.objects.update(**fields)


def unique_name(model: type[Payment], column: str) -> str:
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, model._meta.db_table)
    (name,) = (name for name, about in constraints.items() if about["columns"] == [column] and about["unique"])
    return str(name)


def test_a_second_accepted_payment_of_an_order() -> None:
    """Fault tried: the OneToOneField made a ForeignKey."""
    order = BUYER.has_ordered()
    has_paid(order)

    second = payment(order, "t-second", state="accepted", accepted_for=order)
    forbidden(unique_name(Payment, "accepted_for_id"), second)


def test_a_trade_twice() -> None:
    """Fault tried: payment_once_per_trade taken out of the model and its migration."""
    first, second = BUYER.has_ordered(), BUYER.has_ordered()
    paid = has_paid(first)

    forbidden("payment_once_per_trade", payment(second, paid["trade_no"]))


def test_a_payment_accepted_for_another_order_or_for_none() -> None:
    """Fault tried: payment_accepted_for_its_order taken out."""
    first, second = BUYER.has_ordered(), BUYER.has_ordered()

    forbidden("payment_accepted_for_its_order", payment(first, "t", state="accepted", accepted_for=second))
    forbidden("payment_accepted_for_its_order", payment(first, "t", state="accepted"))
    forbidden("payment_accepted_for_its_order", payment(first, "t", state="to_refund", accepted_for=first))
    forbidden("payment_accepted_for_its_order", payment(first, "t", state="lost"))


@pytest.mark.parametrize("amount_minor", [0, -1])
def test_a_payment_of_nothing_or_less(amount_minor: int) -> None:
    forbidden("payment_positive", payment(BUYER.has_ordered(), "t", amount_minor=amount_minor))


def test_an_order_completed_or_credited_without_its_time() -> None:
    """Fault tried: order_credited_has_time taken out."""
    BUYER.has_ordered()

    forbidden("order_completed_has_time", orders_with(status="completed"))
    forbidden("order_credited_has_time", orders_with(status="credited", completed_at=database_now()))
    forbidden("order_completed_has_time", orders_with(status="credited", credited_at=database_now()))


def test_a_status_that_does_not_exist() -> None:
    BUYER.has_ordered()

    forbidden("order_completed_has_time", orders_with(status="lost"))


@pytest.mark.parametrize("fields", [{"coins": 0}, {"coins": -1}, {"amount_minor": 0}, {"amount_minor": -1}])
def test_an_order_or_product_of_nothing(fields: dict[str, int]) -> None:
    BUYER.has_ordered()

    forbidden("order_positive", orders_with(**fields))
    forbidden("product_positive", lambda: Product.objects.update(**fields))


def test_an_order_that_expires_before_it_began() -> None:
    BUYER.has_ordered()

    forbidden("order_expires_later", orders_with(expires_at=F("created_at") - timedelta(seconds=1)))


def test_an_owners_key_or_number_twice() -> None:
    """Fault tried: order_once_per_key taken out."""
    BUYER.has_ordered()
    twin = Order.objects.get()
    twin.pk, twin.order_no = None, "R-twin"

    forbidden("order_once_per_key", lambda: twin.save(force_insert=True))
    twin.idempotency_key = "another"
    forbidden("order_owner_seq", lambda: twin.save(force_insert=True))


def test_the_same_incident_twice() -> None:
    row = {"channel": "sandbox", "trade_no": "t", "reason": "r", "order_no": "R1", "reported": {}}
    Incident.objects.create(**row)

    forbidden("incident_once_per_reason", lambda: Incident.objects.create(**row))


def test_an_order_or_payment_with_rows_that_hang_on_it_is_not_deleted() -> None:
    order = BUYER.has_ordered()
    has_paid(order)
    before = everything()

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM recharge_order")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert everything() == before
