"""The JSON of refunds, in and out."""

from typing import Any

from rest_framework import serializers

from order_service.refunds.models import Refund


class RefundOrderSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500)
    to_debt = serializers.BooleanField(default=False)


def refund_json(refund: Refund) -> dict[str, Any]:
    return {
        "run_id": str(refund.run_id),
        "order_no": refund.order.order_no,
        "status": refund.status,
        "reason": refund.reason or None,
    }
