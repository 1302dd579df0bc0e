"""What operators must see: one row for each (channel, trade, reason), however often the channel repeats it."""

from django.db.models import F
from django.db.models.functions import Now

from flextx.transactions import atomic
from order_service.recharge.errors import CallbackRefused
from order_service.recharge.models import Incident
from order_service.recharge.sandbox import CHANNEL, ChannelPayment


@atomic("recharge.record_incident")
def record_incident(payment: ChannelPayment, refusal: CallbackRefused) -> None:
    """In a transaction of its own, after that of the refused callback was rolled back."""
    incident, is_new = Incident.objects.get_or_create(
        channel=CHANNEL,
        trade_no=payment.trade_no,
        reason=refusal.code,
        defaults={"order_no": payment.order_no, "reported": payment.model_dump(mode="json")},
    )
    if not is_new:
        Incident.objects.filter(pk=incident.pk).update(times_seen=F("times_seen") + 1, last_seen_at=Now())
