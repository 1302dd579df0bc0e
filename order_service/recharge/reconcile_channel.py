"""Are there orders that the channel calls paid, and that are still pending here?"""

from datetime import timedelta

from flextx.clock import database_now
from flextx.outcome import Outcome
from flextx.reconciliation import Findings
from order_service.recharge.differences import PAID_AT_CHANNEL
from order_service.recharge.models import Incident, Order
from order_service.recharge.sandbox import ChannelPayment, ask_channel

# From the payment on, its callback has this long to come.
GRACE_SECONDS = 60
_ASKED_MAX = 200
# Each may take a time-out: a channel that is away is not asked about everything.
_SILENCES_MAX = 3


def compare_with_channel(findings: Findings) -> None:
    """Outside any transaction; the oldest first. What the channel does not answer now is not compared."""
    limit = database_now() - timedelta(seconds=GRACE_SECONDS)
    silences = 0
    for order in Order.objects.filter(status=Order.Status.PENDING, created_at__lt=limit).order_by("id")[:_ASKED_MAX]:
        answer = ask_channel(order)
        silences += answer.outcome is Outcome.UNKNOWN
        if silences >= _SILENCES_MAX:
            return
        untold = _without_incident(order, [one for one in answer.payments if one.paid_at < limit])
        if untold and Order.objects.filter(pk=order.pk, status=Order.Status.PENDING).exists():
            trades = ", ".join(f"{one.trade_no} of {one.amount_minor} {one.currency}" for one in untold)
            findings.differs(PAID_AT_CHANNEL, order.order_no, f"paid by {trades}")


def _without_incident(order: Order, payments: list[ChannelPayment]) -> list[ChannelPayment]:
    """A payment that was refused is listed for operators as an incident already."""
    listed = Incident.objects.filter(order_no=order.order_no).values_list("trade_no", flat=True)
    return [one for one in payments if one.trade_no not in set(listed)]
