"""What an undo list is made of, and what is told of it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from flextx.http.fields import NOT_BLANK, Text, YesNo
from flextx.http.serializers import ReasonSerializer

OPERATIONS_MAX = 100
_TARGET = Text(max_length=100)
_TARGET_SCHEMA = {"type": "string", "minLength": 1, "maxLength": 100, "pattern": NOT_BLANK}
_KINDS = {"gift_id": "gift", "order_no": "order"}


def _one(name: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: _TARGET_SCHEMA},
        "required": [name],
        "additionalProperties": False,
    }


@extend_schema_field(
    {
        "type": "array",
        "items": {"oneOf": [_one(name) for name in _KINDS]},
        "minItems": 1,
        "maxItems": OPERATIONS_MAX,
        "uniqueItems": True,
    }
)
class OperationsField(serializers.Field[Any, Any, Any, Any]):
    """Each one either `{"gift_id": ...}` or `{"order_no": ...}`, none of them twice; as (kind, id)."""

    def to_internal_value(self, data: Any) -> list[tuple[str, str]]:
        if not isinstance(data, list) or not 0 < len(data) <= OPERATIONS_MAX:
            raise serializers.ValidationError(f"Give a list of 1 to {OPERATIONS_MAX} operations.")
        operations = [_operation(one) for one in data]
        if len(set(operations)) != len(operations):
            raise serializers.ValidationError("An operation stands here twice.")
        return operations


class UndoListSerializer(ReasonSerializer):
    operations = OperationsField()
    to_debt = YesNo(default=False)


class UndoItemSerializer(serializers.Serializer[Any]):
    """`gift_id` or `order_no`, whichever it is."""

    gift_id = serializers.CharField(required=False)
    order_no = serializers.CharField(required=False)
    status = serializers.CharField()
    code = serializers.CharField(allow_null=True)
    run_id = serializers.UUIDField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class UndoListToldSerializer(serializers.Serializer[Any]):
    list_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=["running", "finished"])
    who = serializers.CharField()
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    operations = UndoItemSerializer(many=True)


def _operation(data: Any) -> tuple[str, str]:
    if not isinstance(data, dict) or len(data) != 1 or not set(data) <= set(_KINDS):
        raise serializers.ValidationError("Give either gift_id or order_no.")
    ((name, target),) = data.items()
    return _KINDS[name], _TARGET.run_validation(target)
