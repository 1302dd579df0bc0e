"""How money goes back to a payer: for an order whose coins were credited, and for money that was never due.

The coins' side is the account service's (`contracts.refunds`): held before anything is paid back, taken once it is,
released when it never will be.
"""

from __future__ import annotations

from datetime import timedelta

from contracts import HoldRefund, ReleaseRefund, TakeRefund
from flextx.clock import database_now
from flextx.outcome import Outcome
from flextx.policy import Policy
from flextx.saga.declaration import Outside, OutsideAnswer, Person, Saga, Step
from flextx.saga.models import Run
from flextx.transactions import atomic
from order_service.recharge.locks import lock_order
from order_service.recharge.models import Order, Payment
from order_service.recharge.moves import move, move_payment
from order_service.refunds.channel import refund_at_channel, refund_no_of
from order_service.refunds.locks import lock_refund
from order_service.refunds.models import Refund

_APPROVAL = timedelta(hours=48).total_seconds()
_DAY = timedelta(days=1).total_seconds()
_NEVER = timedelta(days=36500).total_seconds()
# After so long a worker that called the channel is taken for dead: more than twice SANDBOX_TIMEOUT_SECONDS.
_CALL_SECONDS = 10
# A channel may take its time to pay back: it is asked again for a day before a person is.
_PATIENT = Policy(tries_max=300, retry_seconds_max=300, timeout_seconds=_CALL_SECONDS, deadline_seconds=_DAY)
# Nobody's deadline makes the payer's money ours; a person is asked once the tries are used up.
_PATIENT_FOR_EVER = _PATIENT.model_copy(update={"deadline_seconds": _NEVER})


def pay_back(run: Run) -> OutsideAnswer:
    """Ask the channel to pay the trade back, with the trade's one refund number."""
    trade_no = run.data["trade_no"]
    refund_no = refund_no_of(trade_no)
    answer = refund_at_channel(refund_no=refund_no, trade_no=trade_no, amount_minor=run.data["amount_minor"])
    code = "" if answer.outcome is Outcome.OK else f"channel_{answer.outcome.value.lower()}"
    return OutsideAnswer(answer.outcome, code=code, detail=answer.detail, result={"refund_no": refund_no})


def pay_back_what_is_owed(run: Run) -> OutsideAnswer:
    """The same for money that is the payer's."""
    begin_refund(run=run)
    return pay_back(run)


@atomic("refunds.begin_refund")
def begin_refund(*, run: Run) -> None:
    """From here on the money may be on its way. A repeat changes nothing."""
    _begin(lock_order(run.data["order_no"]), lock_refund(run.run_id))


def _begin(order: Order, refund: Refund) -> None:
    if refund.payment.state == Payment.State.TO_REFUND:
        move_payment(refund.payment, "refunding")
        if refund.whole_order:
            move(order, "refunding", who=refund.who, why=refund.why)


def refund_ended(run: Run) -> None:
    """Refunded; or refused, and then order and payment are what they were before."""
    order = lock_order(run.data["order_no"])
    refund = lock_refund(run.run_id)
    if run.state == Run.State.DONE:
        _refunded(order, refund)
    elif refund.payment.state == Payment.State.REFUNDING:
        move_payment(refund.payment, "accepted")
        move(order, "credited", who=run.saga, why=(run.detail or run.reason)[:500])
    _end(refund, run)


def _refunded(order: Order, refund: Refund) -> None:
    _begin(order, refund)  # an operator may have completed the run before it ever asked the channel
    move_payment(refund.payment, "refunded")
    if refund.whole_order:
        move(order, "refunded", who=refund.who, why=refund.why)


def _end(refund: Refund, run: Run) -> None:
    is_done = run.state == Run.State.DONE
    refund.status = Refund.Status.REFUNDED if is_done else Refund.Status.REFUSED
    refund.open_payment = refund.payment if is_done else None
    refund.reason, refund.ended_at = run.reason, database_now()
    refund.save()


refund_order_saga = Saga(
    "refund_order",
    Step("approve", do=Person(), only_if="needs_approval", policy=Policy(deadline_seconds=_APPROVAL)),
    Step("hold", do=HoldRefund, undo=ReleaseRefund),  # refused: nothing was done, the coins are spent
    Step("pay_back", do=Outside(pay_back), policy=_PATIENT),  # only the channel's definite no leads back from here
    Step("take", do=TakeRefund),  # cannot be refused: the coins are held
    deadline_seconds=_APPROVAL + _DAY,
    ended=refund_ended,
    lock_field="order_no",
)

refund_payment_saga = Saga(
    "refund_payment",
    Step("pay_back", do=Outside(pay_back_what_is_owed, is_owed=True), policy=_PATIENT_FOR_EVER),
    deadline_seconds=_NEVER,
    ended=refund_ended,
    lock_field="order_no",
)
