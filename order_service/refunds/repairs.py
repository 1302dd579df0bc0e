"""Money that is to go back, and nobody began: the refund that the system starts by itself, started late."""

from __future__ import annotations

from typing import ClassVar

from django.db import transaction

from flextx.errors import Refusal
from order_service.recharge.locks import lock_orders
from order_service.recharge.models import Order, Payment
from order_service.refunds.models import Refund
from order_service.refunds.services import Asker, refund_payment


class NothingToBegin(Refusal):
    """A person ended a refund of it before, or its state is not that of money to give back: decide by hand."""

    code: ClassVar = "nothing_to_begin"


@transaction.atomic
def begin_what_is_owed(order_no: str) -> str:
    """Of trades that are to be refunded and never were: what a person ended stays with people."""
    order = lock_orders([order_no])[order_no]
    owed = list(order.payments.filter(state=Payment.State.TO_REFUND, refunds=None).order_by("pk"))
    whole = (
        order.status == Order.Status.REFUND_DUE and not Refund.objects.filter(order=order, whole_order=True).exists()
    )
    if not owed:
        raise NothingToBegin()
    for number, payment in enumerate(owed):
        asker = Asker("system", why="found by reconcile: nothing refunded it")
        refund_payment(payment=payment, whole_order=whole and number == 0, asker=asker)
    return f"{len(owed)} refund(s) began"
