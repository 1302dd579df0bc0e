"""What an order waits for and why, from the order service's own rows. What only the account service knows, it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from contracts import ORDER_EVENTS
from flextx.inbox.models import DivertedKey, DivertedRecord
from flextx.outbox.models import OutboxMessage
from flextx.outbox.publish import physical_topic
from order_service.recharge.models import Incident, Order, Payment
from order_service.recharge.waits import Wait
from order_service.refunds.journey import open_run_ids, refund_waits

_MAX = 20  # of each kind; with more than that nobody reads on
_THERE = "At the account service: GET /api/v1/parked?about={about}"


def waiting_json(order: Order, *, for_operator: bool) -> list[dict[str, Any]]:
    """Oldest first. Incidents and messages set aside are for operators."""
    found = [*_payment_waits(order), *_credit_waits(order), *_surplus_waits(order), *refund_waits(order)]
    keys = [order.order_no, *open_run_ids(order)]
    found += _outbox_waits(keys)
    if for_operator:
        found += [*_inbox_waits(keys), *_incident_waits(order)]
    return [each.as_json(for_operator=for_operator) for each in sorted(found, key=lambda each: each.since)]


def _payment_waits(order: Order) -> Iterator[Wait]:
    if order.status != Order.Status.PENDING:
        return
    yield Wait(
        what="payment",
        since=order.created_at,
        why=_why_unpaid(order),
        what_to_do=f"POST /api/v1/orders/{order.order_no}/complete asks the channel now",
        next_at=order.settle_due_at,
        owner_can="Pay at payment.url.",
    )
    if order.payment_url is None:
        yield Wait(
            what="payment_page",
            since=order.created_at,
            why="The channel has not answered with a page to pay at yet.",
            what_to_do="Is the channel away? The buyer's app gets the page with the same POST /api/v1/orders",
            owner_can="Repeat POST /api/v1/orders with the same Idempotency-Key.",
        )


def _why_unpaid(order: Order) -> str:
    if order.close_asked_times:
        times = order.close_asked_times
        return f"It has expired; the channel was asked {times} time(s) to close it, and has not said what became of it."
    return f"The channel has reported no payment; it was asked {order.asked_times} time(s)."


def _credit_waits(order: Order) -> Iterator[Wait]:
    """What happens on the other side is known from its messages only."""
    sent = OutboxMessage.objects.filter(
        topic=physical_topic(ORDER_EVENTS), key=order.order_no, sent_at__isnull=False
    ).first()
    if order.status == Order.Status.COMPLETED and sent is not None and sent.sent_at is not None:
        yield Wait(
            what="credit",
            service="account",
            since=sent.sent_at,
            why="The account service was told, and has not answered that the coins are there;"
            f" it was told again {max(order.announced_times - 1, 0)} time(s).",
            what_to_do=_THERE.format(about=order.order_no)
            + f"; if nothing is parked there, POST /api/v1/orders/{order.order_no}/announce here",
            next_at=order.settle_due_at,
        )


def _surplus_waits(order: Order) -> Iterator[Wait]:
    """Money that goes back without a refund under way; with one, see its run."""
    for payment in Payment.objects.filter(order=order, state=Payment.State.TO_REFUND, open_refund=None)[:_MAX]:
        yield Wait(
            what="surplus_payment",
            since=payment.received_at,
            why=f"Trade {payment.trade_no} goes back to the payer, and nothing refunds it yet.",
            what_to_do="make reconcile REPAIR=1 starts its refund; if a person ended one, that person decides",
        )


def _outbox_waits(keys: Sequence[str]) -> Iterator[Wait]:
    """Of each key its oldest message that has not left: the later ones wait behind it."""
    unsent = OutboxMessage.objects.filter(key__in=keys, state__in=["pending", "parked"])
    for row in unsent.order_by("topic", "key", "sequence").distinct("topic", "key")[:_MAX]:
        parked = row.state == OutboxMessage.State.PARKED
        parked_id = f"outbox-{row.pk}" if parked else None
        retry = f"POST /api/v1/parked/{parked_id}/retry, once its last error is mended"
        yield Wait(
            what="message_parked" if parked else "message_unsent",
            since=row.occurred_at,
            why=f"{row.event_type} has not left yet; the message log refused it {row.failures} time(s).",
            what_to_do=retry if parked else "Is a relay alive, and the message log? See make status",
            next_at=None if parked else row.due_at,
            parked_id=parked_id,
            last_error=row.last_error,
        )


def _inbox_waits(keys: Sequence[str]) -> Iterator[Wait]:
    """Of each key the first record that was set aside: the later ones follow once it is handled."""
    aside = DivertedRecord.objects.filter(key__in=keys, state__in=["waiting", "parked"])
    due = dict(DivertedKey.objects.filter(key__in=keys).values_list("key", "due_at"))
    for row in aside.order_by("consumer", "key", "id").distinct("consumer", "key")[:_MAX]:
        parked = row.state == DivertedRecord.State.PARKED
        parked_id = f"inbox-{row.pk}" if parked else None
        retry = f"POST /api/v1/parked/{parked_id}/retry, once its last error is mended"
        yield Wait(
            what="record_parked" if parked else "record_aside",
            since=row.diverted_at,
            why=f"A record of {row.topic} could not be taken in ({row.tries} tries: {row.reason}).",
            what_to_do=retry if parked else "It is tried again by itself; its last error says why it fails",
            next_at=due.get(row.key),
            parked_id=parked_id,
            last_error=row.last_error,
        )


def _incident_waits(order: Order) -> Iterator[Wait]:
    for row in Incident.objects.filter(order_no=order.order_no, resolved_at=None).order_by("id")[:_MAX]:
        yield Wait(
            what="incident",
            since=row.first_seen_at,
            why=f"What the channel said of trade {row.trade_no} was refused {row.times_seen} time(s): {row.reason}.",
            what_to_do=f"Compare with the channel's books, then POST /api/v1/incidents/{row.pk}/resolve with a reason",
        )
