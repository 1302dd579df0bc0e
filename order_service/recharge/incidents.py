"""What operators must see: one row for each (channel, trade, reason), however often the channel repeats it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db.models import F
from django.db.models.functions import Now

from flextx.transactions import atomic
from order_service.recharge.errors import CallbackRefused, UnreadableCallback
from order_service.recharge.models import Incident
from order_service.recharge.sandbox import CHANNEL, read_payment


@atomic("recharge.record_incident")
def record_incident(body: bytes, refusal: CallbackRefused) -> None:
    """In a transaction of its own, after that of the refused callback was rolled back."""
    trade_no, order_no, reported = _what_it_says(body)
    incident, is_new = Incident.objects.get_or_create(
        channel=CHANNEL,
        trade_no=trade_no,
        reason=refusal.code,
        defaults={"order_no": order_no, "reported": reported},
    )
    if not is_new:
        Incident.objects.filter(pk=incident.pk).update(times_seen=F("times_seen") + 1, last_seen_at=Now())


def _what_it_says(body: bytes) -> tuple[str, str, dict[str, Any]]:
    """(trade, order, content). What cannot be read is known by its digest: the same body is the same incident."""
    try:
        payment = read_payment(body)
    except UnreadableCallback:
        return (
            f"unreadable-{hashlib.sha256(body).hexdigest()[:32]}",
            "",
            {"raw": json.dumps(body.decode(errors="replace"))},
        )
    return payment.trade_no, payment.order_no, payment.model_dump(mode="json")
