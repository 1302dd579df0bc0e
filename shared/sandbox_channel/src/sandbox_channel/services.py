"""What the payment company does, one transaction each. With BEGIN IMMEDIATE (see the settings) a
transaction has the only write lock from its first line on: what it reads stays true until it commits."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from .conf import channel_settings
from .errors import MerchantUnknown, OrderClosed, OrderDiffers, OrderPaid
from .misbehaviour import Misbehaviour
from .models import Callback, ClosedUnseen, Prepay, Trade
from .parsing import PrepayTerms
from .selectors import known_prepay, told_of


@transaction.atomic
def accept_prepay(*, terms: PrepayTerms, pay_url: str) -> Prepay:
    """Remember an order to be paid. The same order again is answered as the first time; one closed before, never."""
    if terms.merchant_id != channel_settings().merchant_id:
        raise MerchantUnknown
    if ClosedUnseen.objects.filter(order_no=terms.order_no).exists():
        raise OrderClosed
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
    too_late = prepay.closed_at is not None
    if too_late and not misbehave.after_close:
        raise OrderClosed
    if misbehave.query_unknown:
        Prepay.objects.filter(pk=prepay.pk).update(unknown_answers_left=misbehave.query_unknown)
    # A payer who presses the button twice has paid once, unless told to misbehave.
    for _ in range(paid_now + too_late + misbehave.second_trade):
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
def close_order(*, order_no: str) -> dict[str, Any]:
    """From now on nobody can pay. A paid order stays paid; closing twice is closing once.

    An order never announced is closed too, and stays so: without that a merchant whose prepay got lost on its way
    could never be sure that it does not arrive, and is paid, after all.
    """
    if not Prepay.objects.filter(order_no=order_no).exists():
        ClosedUnseen.objects.get_or_create(order_no=order_no, defaults={"closed_at": timezone.now()})
        return told_of(order_no)
    Prepay.objects.filter(order_no=order_no, paid_at=None, closed_at=None).update(closed_at=timezone.now())
    if Trade.objects.filter(prepay__order_no=order_no).exists():
        raise OrderPaid
    return told_of(order_no)


def take_unknown_answer(order_no: str) -> bool:
    """True when this query is to fail, as often as the payer asked for."""
    left = Prepay.objects.filter(order_no=order_no, unknown_answers_left__gt=0)
    if not left.exists():
        return False  # the usual case writes nothing
    return bool(left.update(unknown_answers_left=F("unknown_answers_left") - 1))


def _number(kind: str) -> str:
    return f"{kind}-{uuid.uuid4().hex}"
