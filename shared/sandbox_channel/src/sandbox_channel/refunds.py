"""Money back to the payer: promised at once, carried out later by the sender process, never twice."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from .errors import RefundDiffers, RefundTooLarge, TradeUnknown
from .models import Refund, Trade
from .parsing import RefundTerms
from .selectors import refunded_minor


@transaction.atomic
def accept_refund(*, terms: RefundTerms) -> Refund:
    """Promise to give money back. The same refund number never refunds twice."""
    known = Refund.objects.select_related("trade").filter(refund_no=terms.refund_no).first()
    if known is not None:
        if (known.trade.trade_no, known.amount_minor) != (terms.trade_no, terms.amount_minor):
            raise RefundDiffers
        return known
    trade = Trade.objects.filter(trade_no=terms.trade_no).first()
    if trade is None:
        raise TradeUnknown
    if refunded_minor(trade) + terms.amount_minor > trade.amount_minor:
        raise RefundTooLarge
    now = timezone.now()
    return Refund.objects.create(
        trade=trade,
        refund_no=terms.refund_no,
        amount_minor=terms.amount_minor,
        created_at=now,
        due_at=now + timedelta(seconds=trade.refund_delay_seconds),
    )


def settle_refunds() -> None:
    """Carry out what is due; the sender process calls this at every turn."""
    now = timezone.now()
    due = Refund.objects.filter(state=Refund.State.PROCESSING, due_at__lte=now)
    if not due.exists():  # an UPDATE that finds nothing would still take the write lock, 20 times a second
        return
    due.filter(trade__refund_fails=True).update(state=Refund.State.FAILED, settled_at=now)
    due.filter(trade__refund_fails=False).update(state=Refund.State.SUCCESS, settled_at=now)
