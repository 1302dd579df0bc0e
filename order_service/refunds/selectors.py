"""Reading refunds."""

from __future__ import annotations

from order_service.recharge.models import Order
from order_service.refunds.models import Refund


def open_refund_of(order: Order) -> Refund | None:
    """The refund of the whole order that is under way or done."""
    return Refund.objects.filter(order=order, whole_order=True, open_payment__isnull=False).first()
