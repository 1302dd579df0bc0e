"""The JSON of refunds, in and out."""

from typing import Any

from rest_framework import serializers

from flextx.http.fields import YesNo
from flextx.http.serializers import ReasonSerializer
from order_service.refunds.models import Refund


class RefundOrderSerializer(ReasonSerializer):
    to_debt = YesNo(default=False)


class RefundSerializer(serializers.Serializer[Any]):
    run_id = serializers.UUIDField()
    order_no = serializers.CharField()
    status = serializers.CharField()
    reason = serializers.CharField(allow_null=True)


def refund_json(refund: Refund) -> dict[str, Any]:
    return {
        "run_id": str(refund.run_id),
        "order_no": refund.order.order_no,
        "status": refund.status,
        "reason": refund.reason or None,
    }
