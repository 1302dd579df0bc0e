"""What an undo list is made of."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

OPERATIONS_MAX = 100


class OperationSerializer(serializers.Serializer[Any]):
    """One of the two."""

    gift_id = serializers.CharField(max_length=100, required=False)
    order_no = serializers.CharField(max_length=100, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError("Give either gift_id or order_no.")
        return attrs


class UndoListSerializer(serializers.Serializer[Any]):
    operations = serializers.ListField(child=OperationSerializer(), allow_empty=False, max_length=OPERATIONS_MAX)
    reason = serializers.CharField(max_length=500)
    to_debt = serializers.BooleanField(default=False)

    def validate_operations(self, value: list[dict[str, Any]]) -> list[tuple[str, str]]:
        operations = [("gift", one["gift_id"]) if "gift_id" in one else ("order", one["order_no"]) for one in value]
        if len(set(operations)) != len(operations):
            raise serializers.ValidationError("An operation stands here twice.")
        return operations
