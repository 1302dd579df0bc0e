"""Refunds begin: of an order because somebody asks, of money that was never due without anybody's asking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from flextx.saga.models import Run
from flextx.saga.starting import start_run
from flextx.transactions import atomic
from order_service.recharge.locks import lock_order
from order_service.recharge.models import Order, Payment
from order_service.recharge.moves import move, move_payment
from order_service.refunds.errors import NotCreditedYet, NothingToRefund, TooManyRefunds
from order_service.refunds.models import Refund
from order_service.refunds.saga import refund_order_saga, refund_payment_saga
from order_service.refunds.selectors import open_refund_of


@dataclass(frozen=True, slots=True)
class Asker:
    """Who wants money to go back, and why. `role`: "owner" or "operator"; nobody's role is the system itself."""

    name: str
    why: str
    role: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.role} {self.name}".strip()


@atomic("refunds.refund_order")
def refund_order(*, order_no: str, asker: Asker, to_debt: bool) -> Refund:
    """Give an order's money back and take its coins. While that is under way, and once it is done, a repeat gives the
    same refund; after a refusal it is tried anew.

    `to_debt`: coins that were spent already become the owner's debt. Raises NotCreditedYet, NothingToRefund,
    TooManyRefunds.
    """
    order = lock_order(order_no)
    known = open_refund_of(order)
    if known is not None:
        return known
    if asker.role == "owner" and Refund.objects.filter(order=order).count() >= settings.REFUND_ATTEMPTS_MAX:
        raise TooManyRefunds()
    if order.status == Order.Status.CREDITED:
        return _refund_credited(order, asker, to_debt=to_debt)
    if order.status == Order.Status.REFUND_DUE:
        return _refund_what_is_due(order, asker)
    raise NotCreditedYet() if order.status == Order.Status.COMPLETED else NothingToRefund()


def refund_payment(*, payment: Payment, whole_order: bool, asker: Asker) -> Refund:
    """Give back what was paid for nothing: a second trade, or money for a closed order (`whole_order`).

    In the transaction, and under the order's lock, of whoever found that out; no coins were given for it.
    """
    key = f"{payment.channel}:{payment.trade_no}"
    run, _ = start_run(refund_payment_saga, business_key=key, data=_terms(payment), initiator=asker.name)
    return _store(run, payment, asker, whole_order=whole_order)


def _refund_credited(order: Order, asker: Asker, *, to_debt: bool) -> Refund:
    payment = Payment.objects.select_related("order").get(accepted_for=order)
    move(order, "refunding", who=asker.full_name, why=asker.why)
    move_payment(payment, "refunding")
    data = _terms(payment) | {
        "owner_id": order.owner_id,
        "coins": order.coins,
        "by_owner": asker.role == "owner",
        "to_debt": to_debt,
        "needs_approval": payment.amount_minor > settings.REFUND_APPROVAL_LIMIT_MINOR,
    }
    run, _ = start_run(refund_order_saga, business_key=order.order_no, data=data, initiator=asker.name)
    return _store(run, payment, asker, whole_order=True)


def _refund_what_is_due(order: Order, asker: Asker) -> Refund:
    """An operator undid what the system had started, before the channel was asked."""
    payment = order.payments.filter(state=Payment.State.TO_REFUND, open_refund=None).order_by("pk").first()
    if payment is None:
        raise NothingToRefund()
    return refund_payment(payment=payment, whole_order=True, asker=asker)


def _terms(payment: Payment) -> dict[str, Any]:
    """What the channel is to be told, and which order it is about: fixed now."""
    return {
        "order_no": payment.order.order_no,
        "trade_no": payment.trade_no,
        "amount_minor": payment.amount_minor,
    }


def _store(run: Run, payment: Payment, asker: Asker, *, whole_order: bool) -> Refund:
    return Refund.objects.create(
        run_id=run.run_id,
        order=payment.order,
        payment=payment,
        open_payment=payment,
        whole_order=whole_order,
        who=asker.full_name,
        why=asker.why,
    )
