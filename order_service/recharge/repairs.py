"""Repairs of orders: what the services do anyway, done again by reconcile or an operator. No money is moved here."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import transaction
from django.db.models.functions import Now

from contracts import OrderCompleted
from flextx.errors import Refusal
from flextx.operate.actions import ReasonMissing, record_action
from flextx.outbox.models import OutboxMessage
from flextx.outbox.publish import publish
from flextx.outbox.republish import republish
from order_service.recharge.asking import complete_after_asking
from order_service.recharge.errors import OrderNotFound
from order_service.recharge.events import order_completed
from order_service.recharge.locks import lock_orders
from order_service.recharge.models import Order, Payment
from order_service.recharge.payments import terms_agree
from order_service.recharge.settling import PendingOrders, UncreditedOrders

WHO = "reconcile"
# A settler that waits for a silent channel, batch by batch, has caught up long before.
OVERDUE_SECONDS = 600
_LOOKS_MAX = 200


class NothingToAnnounce(Refusal):
    """This order's announcement has not left yet, is parked, or is not due: see `waiting` in its journey."""

    code: ClassVar = "nothing_to_announce"


class CannotAnnounce(Refusal):
    """The order is not as one that was paid: compare it with the channel's books by hand."""

    code: ClassVar = "cannot_announce"


class StillOverdue(Refusal):
    """Nobody could look at it: see whether the database's clock and the settler's log say why."""

    code: ClassVar = "still_overdue"


@transaction.atomic
def announce_again(*, order_no: str, who: str, why: str) -> Order:
    """Let the order's `OrderCompleted` go out again, the same event: who had it absorbs it.

    Raises OrderNotFound, ReasonMissing, NothingToAnnounce; nothing is changed then.
    """
    if not why:
        raise ReasonMissing()
    order = lock_orders([order_no])[order_no]
    if order.status not in (Order.Status.COMPLETED, Order.Status.CREDITED):
        raise NothingToAnnounce()
    if not republish(OrderCompleted, keys=[order_no]):
        raise NothingToAnnounce()
    before = {"status": order.status}
    record_action(subject=f"order-{order_no}", action="announce", who=who, why=why, before=before, after=before)
    return order


@transaction.atomic
def announce_for_the_first_time(order_no: str) -> str:
    """The event that the order's completion should have left in the outbox, made from the same rows."""
    order = lock_orders([order_no])[order_no]
    payment = Payment.objects.filter(accepted_for=order).first()
    if order.status != Order.Status.COMPLETED or order.completed_at is None or payment is None:
        raise CannotAnnounce()
    if not terms_agree(order, payment):
        raise CannotAnnounce()
    told = OutboxMessage.objects.filter(key=order_no, event_type=OrderCompleted.event_type)
    if told.exclude(state=OutboxMessage.State.SKIPPED).exists():
        raise NothingToAnnounce()
    event = order_completed(order, trade_no=payment.trade_no, completed_at=order.completed_at)
    publish(event, key=order_no, sequence=order.next_event_sequence())
    return "OrderCompleted was published"


def ask_the_channel(order_no: str) -> str:
    """Raises ChannelSaysUnpaid, ChannelUnknown, CallbackRefused: the channel's word decides."""
    order = Order.objects.filter(order_no=order_no).first()
    if order is None:
        raise OrderNotFound()
    return f"the channel was asked; the order is {complete_after_asking(order=order, who=WHO).status}"


def settle_what_is_due(order_no: str) -> str:
    """The settler's own work: whatever is due, the longest first, until this order was looked at."""
    limit = Now() - timedelta(seconds=OVERDUE_SECONDS)
    overdue = Order.objects.filter(order_no=order_no, status__in=["pending", "completed"], settle_due_at__lt=limit)
    for _ in range(_LOOKS_MAX):
        if not overdue.exists():
            return "it was looked at, as a settler does"
        if not (PendingOrders(name=WHO).work_one() or UncreditedOrders().work_one()):
            break
    raise StillOverdue()
