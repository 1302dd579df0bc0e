"""What can be done with a recharge order. Each function is one use case; each transaction is one function."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from flextx.clock import database_now
from flextx.http.idempotency import IdempotencyKeyReused
from flextx.logs import note
from flextx.outbox.backlog import check_backlog
from flextx.outbox.publish import publish
from flextx.transactions import atomic
from order_service.recharge import sandbox
from order_service.recharge.errors import (
    CallbackRefused,
    MoveRefused,
    ProductNotFound,
    TooManyOpenOrders,
)
from order_service.recharge.events import order_completed
from order_service.recharge.incidents import record_refused_callback
from order_service.recharge.locks import lock_order, lock_orders, lock_owner_head
from order_service.recharge.models import CreditNotice, Order, OwnerHead, Payment, Product
from order_service.recharge.moves import move, move_all
from order_service.recharge.payments import accept_payment, check_status, check_terms
from order_service.recharge.sandbox import ChannelPayment
from order_service.recharge.schedule import announce_again_at, first_look_after
from order_service.refunds.services import Asker, refund_payment


def create_order(*, owner_id: str, product_id: str, channel: str, idempotency_key: str) -> Order:
    """One order for one (owner, key), however often and however concurrently it is asked for; also when the answer to
    the first request is kept no longer.

    In the transaction that stores its answer. Raises ProductNotFound, IdempotencyKeyReused, TooManyOpenOrders,
    BacklogFull.
    """
    fingerprint = hashlib.sha256(f"{product_id}\n{channel}".encode()).hexdigest()
    head = lock_owner_head(owner_id)
    order = Order.objects.filter(owner_id=owner_id, idempotency_key=idempotency_key).first()
    if order is None:
        return _insert_order(head, product_id, channel, idempotency_key, fingerprint)
    if order.request_fingerprint != fingerprint:
        raise IdempotencyKeyReused()
    return order


def _insert_order(head: OwnerHead, product_id: str, channel: str, idempotency_key: str, fingerprint: str) -> Order:
    product = Product.objects.filter(product_id=product_id, on_sale=True).first()
    if product is None:
        raise ProductNotFound()
    check_backlog()
    open_orders = Order.objects.filter(owner_id=head.owner_id, status=Order.Status.PENDING).count()
    if open_orders >= settings.OPEN_ORDERS_MAX:
        raise TooManyOpenOrders()
    head.last_owner_seq += 1
    head.save()
    order = Order.objects.create(
        order_no=f"R{uuid7().hex}",
        owner_id=head.owner_id,
        owner_seq=head.last_owner_seq,
        product_id=product.product_id,
        coins=product.coins,
        amount_minor=product.amount_minor,
        currency=product.currency,
        channel=channel,
        idempotency_key=idempotency_key,
        request_fingerprint=fingerprint,
        expires_at=Now() + timedelta(seconds=settings.ORDER_LIFETIME_SECONDS),
        settle_due_at=Now() + first_look_after(),
    )
    order.refresh_from_db()
    note(order_no=order.order_no)
    return order


def payers_page(*, order_no: str) -> str | None:
    """Where the order is paid. The channel is asked until it has told that once, outside any transaction.

    None while the channel does not answer, and for an order that is not to be paid any more.
    """
    order = Order.objects.get(order_no=order_no)
    if order.payment_url is None and order.status == Order.Status.PENDING:
        order.payment_url = sandbox.prepay(order)
        Order.objects.filter(pk=order.pk, payment_url=None).update(payment_url=order.payment_url)
    return order.payment_url


def accept_callback(body: bytes) -> Order:
    """A genuine callback: complete the order, or leave an incident for operators and raise CallbackRefused."""
    try:
        payment = sandbox.read_payment(body)
        return complete_order(payment=payment, who=f"channel {sandbox.CHANNEL}", why=f"callback {payment.notify_id}")
    except CallbackRefused as refusal:
        record_refused_callback(body, refusal)
        raise


@atomic("recharge.complete_order")
def complete_order(*, payment: ChannelPayment, who: str, why: str) -> Order:
    """Mark the order paid and announce it. A repeated callback changes nothing.

    A second trade of a paid order and a payment for a closed one are kept, and go back. Raises CallbackRefused.
    """
    check_status(payment)
    order = lock_order(payment.order_no)
    check_terms(order, payment)
    accepted = accept_payment(order, payment)
    if accepted is None:
        return order
    if accepted.state == Payment.State.ACCEPTED:
        now = database_now()
        order.announced_times = 1
        again_at = announce_again_at(order, now)
        move(order, "completed", who=who, why=why, completed_at=now, announced_times=1, settle_due_at=again_at)
        event = order_completed(order, trade_no=payment.trade_no, completed_at=now)
        publish(event, key=order.order_no, sequence=order.next_event_sequence())
        return order
    was_closed = order.status == Order.Status.CLOSED
    if was_closed:
        move(order, "refund_due", who=who, why="paid after it was closed")
    asker = Asker("system", why="paid after it was closed" if was_closed else "paid by another trade already")
    refund_payment(payment=accepted, whole_order=was_closed, asker=asker)
    return order


@atomic("recharge.close_order")
def close_order(*, order_no: str, who: str, why: str) -> Order:
    """The channel says that nobody can pay it any more. An order that is not pending stays what it is."""
    order = lock_order(order_no)
    if order.status == Order.Status.PENDING:
        move(order, "closed", who=who, why=why, closed_at=database_now())
    return order


def mark_credited(notices: Sequence[CreditNotice], *, order_nos: Sequence[str]) -> None:
    """The coins have arrived. Runs inside the inbox transaction, for many orders at once; a repeat changes nothing."""
    orders = lock_orders(order_nos)
    for order in orders.values():
        if order.completed_at is None:
            raise MoveRefused(
                f"order {order.order_no} is {order.status}: coins were credited without a completed order"
            )
    newly_credited = [order for order in orders.values() if order.status == Order.Status.COMPLETED]
    for notice, order_no in zip(notices, order_nos, strict=True):
        notice.order = orders[order_no]
    CreditNotice.objects.bulk_create(notices, ignore_conflicts=True)
    move_all(newly_credited, "credited", who="account-service", why="CoinsCredited", credited_at=database_now())
