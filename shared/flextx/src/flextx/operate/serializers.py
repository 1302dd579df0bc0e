"""Operators' actions as JSON, the same for the REST answers and the command line."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from flextx.envelope import rfc3339, rfc3339_if_any
from flextx.http.fields import NO_NUL, Text, WholeNumber
from flextx.operate.models import OperatorAction


class ParkedQuerySerializer(serializers.Serializer[Any]):
    limit = WholeNumber(min_value=1, max_value=200, default=50)
    kind = serializers.ChoiceField(choices=("inbox", "job", "outbox", "run"), default=None)
    about = Text(max_length=200, pattern=NO_NUL, default=None)


class ActionQuerySerializer(serializers.Serializer[Any]):
    limit = WholeNumber(min_value=1, max_value=200, default=50)
    subject = Text(max_length=120, pattern=NO_NUL, required=False)


class ParkedItemSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    about = serializers.CharField()
    where = serializers.CharField()
    reason = serializers.CharField()
    last_error = serializers.CharField(allow_blank=True)
    tries = serializers.IntegerField()
    parked_at = serializers.DateTimeField()
    actions = serializers.ListField(child=serializers.CharField())


class OperatorActionSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    subject = serializers.CharField()
    action = serializers.CharField()
    status = serializers.ChoiceField(choices=OperatorAction.State.choices)
    who = serializers.CharField()
    confirmed_by = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    before = serializers.JSONField()
    after = serializers.JSONField(allow_null=True)
    asked_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True)


def action_json(row: OperatorAction) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "subject": row.subject,
        "action": row.action,
        "status": row.state,
        "who": row.who,
        "confirmed_by": row.confirmed_by or None,
        "reason": row.why,
        "before": row.before,
        "after": row.after,
        "asked_at": rfc3339(row.asked_at),
        "done_at": rfc3339_if_any(row.done_at),
    }
