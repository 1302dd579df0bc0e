"""What operators must see: one row for each (channel, trade, reason), whoever finds it and however often."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db.models import F
from django.db.models.functions import Now

from flextx.clock import database_now
from flextx.operate.actions import ReasonMissing, record_action
from flextx.transactions import atomic
from order_service.recharge.errors import (
    CallbackRefused,
    IncidentNotFound,
    IncidentResolved,
    UnreadableCallback,
)
from order_service.recharge.models import Incident
from order_service.recharge.sandbox import CHANNEL, ChannelPayment, read_payment


def record_refused_callback(body: bytes, refusal: CallbackRefused) -> None:
    """What cannot be read is known by its digest: the same body is the same incident."""
    try:
        payment = read_payment(body)
    except UnreadableCallback:
        digest = hashlib.sha256(body).hexdigest()[:32]
        raw = {"raw": json.dumps(body.decode(errors="replace"))}
        record_incident(trade_no=f"unreadable-{digest}", order_no="", reported=raw, refusal=refusal)
    else:
        record_refused_payment(payment, refusal)


def record_refused_payment(payment: ChannelPayment, refusal: CallbackRefused) -> None:
    reported = payment.model_dump(mode="json")
    record_incident(trade_no=payment.trade_no, order_no=payment.order_no, reported=reported, refusal=refusal)


@atomic("recharge.record_incident")
def record_incident(*, trade_no: str, order_no: str, reported: dict[str, Any], refusal: CallbackRefused) -> None:
    """In a transaction of its own, after that of whoever refused was rolled back."""
    incident, is_new = Incident.objects.get_or_create(
        channel=CHANNEL,
        trade_no=trade_no,
        reason=refusal.code,
        defaults={"order_no": order_no, "reported": reported},
    )
    if not is_new:
        Incident.objects.filter(pk=incident.pk).update(times_seen=F("times_seen") + 1, last_seen_at=Now())


@atomic("recharge.resolve_incident")
def resolve_incident(*, incident_id: int, who: str, why: str) -> Incident:
    """An operator has seen to it. Seen again it is counted, but stays resolved: the channel repeats itself for a day.

    Raises IncidentNotFound, IncidentResolved, ReasonMissing; nothing is changed then.
    """
    if not why:
        raise ReasonMissing()
    incident = Incident.objects.select_for_update().filter(pk=incident_id).first()
    if incident is None:
        raise IncidentNotFound()
    if incident.resolved_at is not None:
        raise IncidentResolved()
    incident.resolved_at = database_now()
    incident.save(update_fields=["resolved_at"])
    subject = f"incident-{incident.pk}"
    before, after = {"state": "open"}, {"state": "resolved"}
    record_action(subject=subject, action="resolve", who=who, why=why, before=before, after=after)
    return incident
