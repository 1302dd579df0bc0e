"""Is this payment the order's, and what becomes of it?"""

from __future__ import annotations

from django.conf import settings

from order_service.recharge.errors import (
    AmountMismatch,
    CurrencyMismatch,
    MerchantMismatch,
    TradeReused,
    UnknownStatus,
)
from order_service.recharge.models import Order, Payment
from order_service.recharge.sandbox import ChannelPayment


def check_status(payment: ChannelPayment) -> None:
    """Only SUCCESS is a payment. Raises UnknownStatus."""
    if payment.status != "SUCCESS":
        raise UnknownStatus()


def check_terms(order: Order, payment: ChannelPayment) -> None:
    """Compared before anything else is believed. Raises MerchantMismatch, AmountMismatch, CurrencyMismatch."""
    if payment.merchant_id != settings.SANDBOX_MERCHANT_ID:
        raise MerchantMismatch()
    if payment.amount_minor != order.amount_minor:
        raise AmountMismatch()
    if payment.currency != order.currency:
        raise CurrencyMismatch()


def accept_payment(order: Order, payment: ChannelPayment) -> Payment | None:
    """Record a trade once. None: it was recorded before. Raises TradeReused.

    The first payment of a pending order is accepted; any other is genuine money too, so it is kept to be refunded.
    """
    accepted = order.status == Order.Status.PENDING
    row, is_new = Payment.objects.get_or_create(
        channel=order.channel,
        trade_no=payment.trade_no,
        defaults={
            "order": order,
            "accepted_for": order if accepted else None,
            "amount_minor": payment.amount_minor,
            "currency": payment.currency,
            "state": Payment.State.ACCEPTED if accepted else Payment.State.TO_REFUND,
            "notify_id": payment.notify_id,
            "paid_at": payment.paid_at,
        },
    )
    if (row.order_id, row.amount_minor, row.currency) != (order.pk, payment.amount_minor, payment.currency):
        raise TradeReused()
    return row if is_new else None


def terms_agree(order: Order, payment: Payment) -> bool:
    return (payment.amount_minor, payment.currency) == (order.amount_minor, order.currency)
