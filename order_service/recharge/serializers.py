"""The JSON of orders, in and out."""

from operator import attrgetter
from typing import Any

from rest_framework import serializers

from flextx.envelope import rfc3339, rfc3339_if_any
from flextx.http.fields import NO_NUL, Moment, Text
from flextx.http.serializers import PageQuerySerializer
from order_service.recharge.models import Incident, Order, Product


class PlaceOrderSerializer(serializers.Serializer[Any]):
    product_id = Text(max_length=100)
    channel = serializers.ChoiceField(choices=["sandbox"])


class OrderQuerySerializer(PageQuerySerializer):
    status = serializers.ChoiceField(choices=Order.Status.choices, required=False)
    completed_before = Moment(required=False)


class IncidentQuerySerializer(PageQuerySerializer):
    order_no = Text(max_length=100, pattern=NO_NUL, required=False)
    state = serializers.ChoiceField(choices=["open", "resolved"], required=False)


def product_json(product: Product) -> dict[str, Any]:
    return {
        "product_id": product.product_id,
        "coins": product.coins,
        "amount_minor": product.amount_minor,
        "currency": product.currency,
    }


def order_json(order: Order) -> dict[str, Any]:
    times = ("created_at", "expires_at", "completed_at", "credited_at", "closed_at")
    plain = ("order_no", "owner_id", "product_id", "coins", "amount_minor", "currency", "channel", "status")
    moments = {name: getattr(order, name) for name in times}
    return {
        **{name: getattr(order, name) for name in plain},
        **{name: rfc3339_if_any(moment) for name, moment in moments.items()},
        "payment": {"url": order.payment_url},
        "payments": [
            {"trade_no": row.trade_no, "state": row.state} for row in sorted(order.payments.all(), key=attrgetter("pk"))
        ],
        "refund": _refund_json(order),
    }


def _refund_json(order: Order) -> dict[str, Any] | None:
    """The latest attempt to refund the whole order, if any."""
    refunds = sorted((row for row in order.refunds.all() if row.whole_order), key=attrgetter("created_at"))
    if not refunds:
        return None
    return {"run_id": str(refunds[-1].run_id), "status": refunds[-1].status, "reason": refunds[-1].reason or None}


def incident_json(incident: Incident) -> dict[str, Any]:
    return {
        "incident_id": str(incident.pk),
        "channel": incident.channel,
        "trade_no": incident.trade_no,
        "reason": incident.reason,
        "order_no": incident.order_no,
        "reported": incident.reported,
        "times_seen": incident.times_seen,
        "first_seen_at": rfc3339(incident.first_seen_at),
        "last_seen_at": rfc3339(incident.last_seen_at),
        "state": "open" if incident.resolved_at is None else "resolved",
        "resolved_at": rfc3339_if_any(incident.resolved_at),
    }
