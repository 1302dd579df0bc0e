"""What the recharge calls give, as they declare it; the JSON itself is made in serializers.py and journey.py."""

from typing import Any

from rest_framework import serializers

from order_service.recharge.models import Order, Payment


class ProductSerializer(serializers.Serializer[Any]):
    product_id = serializers.CharField()
    coins = serializers.IntegerField(min_value=1)
    amount_minor = serializers.IntegerField(min_value=1)
    currency = serializers.CharField()


class PayersPageSerializer(serializers.Serializer[Any]):
    url = serializers.URLField(allow_null=True)


class PaymentSerializer(serializers.Serializer[Any]):
    trade_no = serializers.CharField()
    state = serializers.ChoiceField(choices=Payment.State.choices)


class OrderRefundSerializer(serializers.Serializer[Any]):
    run_id = serializers.UUIDField()
    status = serializers.CharField()
    reason = serializers.CharField(allow_null=True)


class OrderSerializer(ProductSerializer):
    order_no = serializers.CharField()
    owner_id = serializers.CharField()
    channel = serializers.CharField()
    status = serializers.ChoiceField(choices=Order.Status.choices)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)
    credited_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    payment = PayersPageSerializer()
    payments = PaymentSerializer(many=True)
    refund = OrderRefundSerializer(allow_null=True)


class HopSerializer(serializers.Serializer[Any]):
    hop = serializers.IntegerField(min_value=1)
    name = serializers.CharField()
    service = serializers.ChoiceField(choices=["order", "account"])
    state = serializers.ChoiceField(choices=["done", "pending"])
    at = serializers.DateTimeField(allow_null=True)
    details = serializers.DictField()


class JourneySerializer(serializers.Serializer[Any]):
    order_no = serializers.CharField()
    status = serializers.ChoiceField(choices=Order.Status.choices)
    hops = HopSerializer(many=True)
    waiting = serializers.ListField(child=serializers.DictField())


class IncidentSerializer(serializers.Serializer[Any]):
    incident_id = serializers.CharField()
    channel = serializers.CharField()
    trade_no = serializers.CharField()
    reason = serializers.CharField()
    order_no = serializers.CharField(allow_blank=True)
    reported = serializers.DictField()
    times_seen = serializers.IntegerField(min_value=1)
    first_seen_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=["open", "resolved"])
    resolved_at = serializers.DateTimeField(allow_null=True)


class CallbackSerializer(serializers.Serializer[Any]):
    notify_id = serializers.CharField(max_length=100)
    trade_no = serializers.CharField(max_length=100)
    order_no = serializers.CharField(max_length=100)
    merchant_id = serializers.CharField(max_length=100)
    amount_minor = serializers.IntegerField()
    currency = serializers.CharField(max_length=100)
    status = serializers.CharField(max_length=100)
    paid_at = serializers.DateTimeField()


class CallbackTakenSerializer(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=["SUCCESS"])


class CallbackFailedSerializer(serializers.Serializer[Any]):
    code = serializers.ChoiceField(choices=["FAIL"])
    message = serializers.CharField()
