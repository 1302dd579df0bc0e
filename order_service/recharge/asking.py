"""The channel is asked about an order, and its word decides: for an operator, and for the settler's schedule."""

from __future__ import annotations

from flextx.outcome import Outcome
from order_service.recharge import sandbox
from order_service.recharge.errors import CallbackRefused, ChannelSaysUnpaid, ChannelUnknown, GivenBackAtChannel
from order_service.recharge.incidents import record_refused_payment
from order_service.recharge.models import Order
from order_service.recharge.sandbox import ChannelAnswer, ChannelPayment
from order_service.recharge.services import close_order, complete_order

_GIVEN_BACK = "REFUND"


def complete_after_asking(*, order: Order, who: str) -> Order:
    """An operator's `complete`. Raises ChannelSaysUnpaid, ChannelUnknown; CallbackRefused, which is an incident."""
    answer = sandbox.ask_channel(order)
    if answer.outcome is Outcome.REFUSED:
        raise ChannelSaysUnpaid()
    if answer.outcome is Outcome.UNKNOWN:
        raise ChannelUnknown()
    take_payments(order, answer.payments, who=who, why="the channel was asked")
    return Order.objects.get(pk=order.pk)


def word_of_channel(order: Order) -> ChannelAnswer:
    """What the settler asks, by the order's own plan: was it paid, or once it has expired, to close it."""
    return sandbox.ask_to_close(order) if order.close_asked_times else sandbox.ask_channel(order)


def settle(order: Order, answer: ChannelAnswer, *, who: str) -> None:
    """Believe the channel's word. Without one the order stays what it is, and is asked about again."""
    if answer.is_closed:
        close_order(order_no=order.order_no, who=who, why="the channel says that it is closed")
        return
    try:
        take_payments(order, answer.payments, who=who, why="no callback came, so the channel was asked")
    except CallbackRefused:
        return  # an operator sees the incident; until somebody acts the channel is asked again, ever more seldom


def take_payments(order: Order, payments: tuple[ChannelPayment, ...], *, who: str, why: str) -> None:
    """Every payment the channel names, each in a transaction of its own: the first completes, others go back.

    One that is refused is an incident and stops none of the others. Raises CallbackRefused, the first of them, if the
    order is as unpaid as before.
    """
    refusals = []
    for payment in payments:
        try:
            _take(order, payment, who=who, why=why)
        except CallbackRefused as refusal:
            record_refused_payment(payment, refusal)
            refusals.append(refusal)
    if payments and all(payment.status == _GIVEN_BACK for payment in payments):
        close_order(order_no=order.order_no, who=who, why="the channel has given the money back")
    elif refusals and Order.objects.filter(pk=order.pk, status=Order.Status.PENDING).exists():
        raise refusals[0]


def _take(order: Order, payment: ChannelPayment, *, who: str, why: str) -> None:
    """What was given back is not taken; if it was not by us, an operator has to see whether that was all of it."""
    if payment.status != _GIVEN_BACK:
        complete_order(payment=payment, who=who, why=why)
    elif not order.payments.filter(trade_no=payment.trade_no).exists():
        raise GivenBackAtChannel()
