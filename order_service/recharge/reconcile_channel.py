"""Are there orders that the channel calls paid, and that are still pending here?"""

from datetime import timedelta

from flextx.clock import database_now
from flextx.outcome import Outcome
from flextx.reconciliation import Findings
from order_service.recharge.differences import PAID_AT_CHANNEL
from order_service.recharge.models import Incident, Order
from order_service.recharge.sandbox import ChannelPayment, ask_channel

# A callback has this long to come, and the channel is asked by itself soon after an order.
GRACE_SECONDS = 60
_ASKED_MAX = 200


def compare_with_channel(findings: Findings) -> None:
    """Outside any transaction; the oldest first. What the channel does not answer now is not compared."""
    limit = database_now() - timedelta(seconds=GRACE_SECONDS)
    for order in Order.objects.filter(status=Order.Status.PENDING, created_at__lt=limit).order_by("id")[:_ASKED_MAX]:
        answer = ask_channel(order)
        if answer.outcome is Outcome.UNKNOWN:
            return
        untold = _without_incident(order, answer.payments)
        if untold and Order.objects.filter(pk=order.pk, status=Order.Status.PENDING).exists():
            trades = ", ".join(f"{one.trade_no} of {one.amount_minor} {one.currency}" for one in untold)
            findings.differs(PAID_AT_CHANNEL, order.order_no, f"paid by {trades}")


def _without_incident(order: Order, payments: tuple[ChannelPayment, ...]) -> list[ChannelPayment]:
    """A payment that was refused is listed for operators as an incident already."""
    listed = Incident.objects.filter(order_no=order.order_no).values_list("trade_no", flat=True)
    return [one for one in payments if one.trade_no not in set(listed)]
