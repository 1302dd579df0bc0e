"""Reads, and what the outside is told."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from django.db.models import Sum

from .errors import OrderUnknown, RefundUnknown
from .models import Callback, ClosedUnseen, Prepay, Refund, Trade


def known_prepay(order_no: str) -> Prepay:
    prepay = Prepay.objects.filter(order_no=order_no).first()
    if prepay is None:
        raise OrderUnknown
    return prepay


def told_of(order_no: str) -> dict[str, Any]:
    """The answer about an order that was announced, or closed before it ever was."""
    if ClosedUnseen.objects.filter(order_no=order_no).exists():
        nothing = dict.fromkeys(("trade_no", "amount_minor", "currency", "paid_at"))
        return {"order_no": order_no, "status": "CLOSED", **nothing}
    return trade_answer(known_prepay(order_no))


def trade_answer(prepay: Prepay) -> dict[str, Any]:
    """The trade that paid the order, and the `more_trades` that only a misbehaving channel has."""
    trades = list(prepay.trades.order_by("pk"))
    if not trades:
        status = "NOTPAY" if prepay.closed_at is None else "CLOSED"
        return {
            "order_no": prepay.order_no,
            "trade_no": None,
            "status": status,
            "amount_minor": prepay.amount_minor,
            "currency": prepay.currency,
            "paid_at": None,
        }
    first, *others = [_trade_json(trade, prepay) for trade in trades]
    return first | ({"more_trades": others} if others else {})


def _trade_json(trade: Trade, prepay: Prepay) -> dict[str, Any]:
    # A part is enough: whoever sees REFUND asks for the refunds.
    refunded = trade.refunds.filter(state=Refund.State.SUCCESS).exists()
    return {
        "order_no": prepay.order_no,
        "trade_no": trade.trade_no,
        "status": "REFUND" if refunded else "SUCCESS",
        "amount_minor": trade.amount_minor,
        "currency": prepay.currency,
        "paid_at": rfc_3339(trade.paid_at),
    }


def known_refund(refund_no: str) -> Refund:
    refund = Refund.objects.select_related("trade").filter(refund_no=refund_no).first()
    if refund is None:
        raise RefundUnknown
    return refund


def refund_answer(refund: Refund) -> dict[str, Any]:
    return {
        "refund_no": refund.refund_no,
        "trade_no": refund.trade.trade_no,
        "amount_minor": refund.amount_minor,
        "status": refund.state,
    }


def refunded_minor(trade: Trade) -> int:
    """What was given back or is on its way."""
    counted = trade.refunds.exclude(state=Refund.State.FAILED)
    return counted.aggregate(total=Sum("amount_minor"))["total"] or 0


def due_callbacks(*, now: datetime, without: Collection[int], limit: int) -> list[Callback]:
    due = Callback.objects.filter(next_at__lte=now).exclude(pk__in=without)
    return list(due.select_related("trade__prepay").order_by("next_at", "pk")[:limit])


def rfc_3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
