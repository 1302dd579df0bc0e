"""What the payment company does, one transaction each. With BEGIN IMMEDIATE (see the settings) a
transaction has the only write lock from its first line on: what it reads stays true until it commits."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from .conf import channel_settings
from .errors import MerchantUnknown, OrderClosed, OrderDiffers, OrderPaid
from .misbehaviour import Misbehaviour
from .models import Callback, Prepay, Trade
from .parsing import PrepayTerms
from .selectors import known_prepay


@transaction.atomic
def accept_prepay(*, terms: PrepayTerms, pay_url: str) -> Prepay:
    """Remember an order to be paid. The same order again is answered as the first time."""
    if terms.merchant_id != channel_settings().merchant_id:
        raise MerchantUnknown
    prepay, _ = Prepay.objects.get_or_create(
        order_no=terms.order_no,
        defaults={
            "prepay_id": _number("pre"),
            "merchant_id": terms.merchant_id,
            "amount_minor": terms.amount_minor,
            "currency": terms.currency,
            "notify_url": terms.notify_url,
            "pay_url": pay_url,
            "expires_at": terms.expires_at,
            "created_at": timezone.now(),
        },
    )
    if (prepay.amount_minor, prepay.currency) != (terms.amount_minor, terms.currency):
        raise OrderDiffers
    return prepay


@transaction.atomic
def pay_order(*, order_no: str, misbehave: Misbehaviour) -> Prepay:
    """Take the payer's money: the trade and its callbacks are stored together or not at all.

    `expires_at` stops no payer here, only a close does: the late payment is the merchant's harder case.
    """
    prepay = known_prepay(order_no)
    now = timezone.now()
    paid_now = Prepay.objects.filter(pk=prepay.pk, paid_at=None, closed_at=None).update(paid_at=now)
    prepay.refresh_from_db()
    if prepay.closed_at is not None:
        raise OrderClosed
    if misbehave.query_unknown:
        Prepay.objects.filter(pk=prepay.pk).update(unknown_answers_left=misbehave.query_unknown)
    # A payer who presses the button twice has paid once, unless told to misbehave.
    for _ in range(paid_now + misbehave.second_trade):
        _store_trade(prepay, misbehave, now)
    return prepay


def _store_trade(prepay: Prepay, misbehave: Misbehaviour, now: datetime) -> None:
    amount = prepay.amount_minor if misbehave.amount_minor is None else misbehave.amount_minor
    trade = Trade.objects.create(
        prepay=prepay,
        trade_no=_number("t"),
        amount_minor=amount,
        paid_at=now,
        refund_unknown_answers_left=misbehave.refund_unknown,
        refund_fails=misbehave.refund_fail,
        refund_delay_seconds=misbehave.refund_delay_seconds,
    )
    if misbehave.no_callback:
        return
    notify_id = _number("n")
    Callback.objects.bulk_create(
        Callback(
            trade=trade,
            # The merchant must bear both: the same notification again, and another one for the same trade.
            notify_id=notify_id if copy == 0 or copy % 2 else _number("n"),
            wrong_signature=misbehave.wrong_signature,
            next_at=now + timedelta(seconds=misbehave.delay_seconds),
        )
        for copy in range(1 + misbehave.duplicate)
    )


@transaction.atomic
def close_order(*, order_no: str) -> Prepay:
    """From now on nobody can pay. A paid order stays paid; closing twice is closing once."""
    prepay = known_prepay(order_no)
    Prepay.objects.filter(pk=prepay.pk, paid_at=None, closed_at=None).update(closed_at=timezone.now())
    prepay.refresh_from_db()
    if prepay.paid_at is not None:
        raise OrderPaid
    return prepay


def take_unknown_answer(prepay: Prepay) -> bool:
    """True when this query is to fail, as often as the payer asked for."""
    if not prepay.unknown_answers_left:
        return False  # the usual case writes nothing
    left = Prepay.objects.filter(pk=prepay.pk, unknown_answers_left__gt=0)
    return bool(left.update(unknown_answers_left=F("unknown_answers_left") - 1))


def _number(kind: str) -> str:
    return f"{kind}-{uuid.uuid4().hex}"
