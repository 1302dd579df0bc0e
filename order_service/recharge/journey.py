"""Where an order's money is: every hop, each with the time stored for it, and what it waits for and why.

All from the order service's own rows: the account service's hops came with `CoinsCredited`, so that answering calls
nobody; what has not come is `pending`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from contracts import ORDER_EVENTS, OrderCompleted
from flextx.envelope import rfc3339
from flextx.http.auth import Caller
from flextx.outbox.models import OutboxMessage
from flextx.outbox.publish import physical_topic
from flextx.reconciliation import one_snapshot
from order_service.recharge.models import CreditNotice, Order, OrderMove, Payment
from order_service.recharge.selectors import order_for
from order_service.recharge.waiting import waiting_json
from order_service.refunds.journey import refund_hops

Hop = tuple[str, str, datetime | str | None, dict[str, Any]]
"""(name, service, when or None, details)"""


def journey_for(caller: Caller, order_no: str) -> dict[str, Any]:
    """The JSON of GET /api/v1/orders/{order_no}/journey, all of it from one moment.

    Last errors and what is parked where are for operators. Raises OrderNotFound.
    """
    with one_snapshot():
        return _journey_of(order_for(caller, order_no), for_operator=caller.scope == "operator")


def _journey_of(order: Order, *, for_operator: bool) -> dict[str, Any]:
    return {
        "order_no": order.order_no,
        "status": order.status,
        "hops": [_hop_json(number, hop) for number, hop in enumerate(_hops(order, for_operator), start=1)],
        "waiting": waiting_json(order, for_operator=for_operator),
    }


def _hops(order: Order, for_operator: bool) -> Iterator[Hop]:
    notice = CreditNotice.objects.filter(order=order).first()
    yield (
        "order_created",
        "order",
        order.created_at,
        {"coins": order.coins, "amount_minor": order.amount_minor},
    )
    yield _payment_hop(Payment.objects.filter(accepted_for=order).first())
    yield _move_hop("order_completed", order, "completed", order.completed_at, for_operator)
    yield from _outbox_hops(order, notice, for_operator)
    yield from _account_hops(notice)
    yield from _return_hops(notice)
    yield _move_hop("order_credited", order, "credited", order.credited_at, for_operator)
    yield from refund_hops(order, for_operator=for_operator)


def _payment_hop(payment: Payment | None) -> Hop:
    if payment is None:
        return "payment_accepted", "order", None, {}
    details = {
        "trade_no": payment.trade_no,
        "notify_id": payment.notify_id,
        "paid_at": rfc3339(payment.paid_at),
    }
    return "payment_accepted", "order", payment.received_at, details


def _move_hop(name: str, order: Order, to: str, at: datetime | None, for_operator: bool) -> Hop:
    """An owner is told that an operator did it, not which."""
    move = OrderMove.objects.filter(order=order, to_status=to).order_by("id").first()
    if move is None:
        return name, "order", at, {}
    who = move.who if for_operator or not move.who.startswith("operator ") else "operator"
    return name, "order", at, {"from": move.from_status, "who": who, "why": move.why}


def _outbox_hops(order: Order, notice: CreditNotice | None, for_operator: bool) -> Iterator[Hop]:
    row = OutboxMessage.objects.filter(
        topic=physical_topic(ORDER_EVENTS), key=order.order_no, event_type=OrderCompleted.event_type
    ).first()
    if row is None:
        yield from _pruned_hops(notice.account_side if notice else None)
        return
    yield (
        "outbox_written",
        "order",
        row.occurred_at,
        {
            "event_id": str(row.event_id),
            "type": row.event_type,
            "sequence": row.sequence,
        },
    )
    where = {"topic": row.topic, "partition": row.partition, "offset": row.offset, "sent_by": row.sent_by}
    last_error = row.last_error if for_operator else ""
    waiting = {"state": row.state, "failures": row.failures, "last_error": last_error}
    yield "sent_to_log", "order", row.sent_at, where if row.sent_at else waiting


def _pruned_hops(told: dict[str, Any] | None) -> Iterator[Hop]:
    """The row is gone, its times with it; what came back says which event it was, and where in the log."""
    written = {"event_id": told["cause_event_id"], "pruned": True} if told else {}
    place = {name: told[f"cause_{name}"] for name in ("topic", "partition", "offset")} if told else {}
    yield "outbox_written", "order", None, written
    yield "sent_to_log", "order", None, {**place, "pruned": True} if told else {}


def _account_hops(notice: CreditNotice | None) -> Iterator[Hop]:
    told = notice.account_side if notice else {}
    received = {name: told.get(f"cause_{name}") for name in ("topic", "partition", "offset", "event_id")}
    yield (
        "account_received",
        "account",
        told.get("received_at"),
        {"consumer": told["consumer"], **received} if told else {},
    )
    transfers = {"transfer_ids": told["transfer_ids"], "asset": told["asset"], "coins": told["coins"]} if told else {}
    yield "transfers_posted", "account", told.get("credited_at"), transfers


def _return_hops(notice: CreditNotice | None) -> Iterator[Hop]:
    if notice is None:
        yield "credit_announced", "account", None, {}
        yield "credit_received", "order", None, {}
        return
    yield "credit_announced", "account", notice.announced_at, {"event_id": str(notice.event_id)}
    where = {"topic": notice.topic, "partition": notice.partition, "offset": notice.offset}
    yield "credit_received", "order", notice.received_at, {"consumer": notice.consumer, **where}


def _hop_json(number: int, hop: Hop) -> dict[str, Any]:
    name, service, at, details = hop
    return {
        "hop": number,
        "name": name,
        "service": service,
        "state": "done" if at or "pruned" in details else "pending",
        "at": rfc3339(at) if isinstance(at, datetime) else at,
        "details": details,
    }
