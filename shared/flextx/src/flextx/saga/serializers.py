"""What is asked and told of runs."""

from typing import Any

from rest_framework import serializers

from flextx.http.fields import NO_NUL, Moment, Text, WholeNumber
from flextx.saga.models import Run, StepSide


class RunQuerySerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=Run.State.choices, required=False)
    type = Text(max_length=100, pattern=NO_NUL, required=False)
    business_key = Text(max_length=200, pattern=NO_NUL, required=False)
    older_than = Moment(required=False)
    cursor = serializers.UUIDField(required=False)
    limit = WholeNumber(min_value=1, max_value=200, default=50)


class RunSerializer(serializers.Serializer[Any]):
    run_id = serializers.UUIDField()
    type = serializers.CharField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Run.State.choices)
    business_key = serializers.CharField()
    initiator = serializers.CharField()
    reason = serializers.CharField(allow_null=True)
    detail = serializers.CharField(allow_null=True)
    parked_id = serializers.CharField(allow_null=True)
    parked_reason = serializers.CharField(allow_null=True)
    last_error = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    moved_at = serializers.DateTimeField()
    deadline_at = serializers.DateTimeField(allow_null=True)
    next_due_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class CommandSentSerializer(serializers.Serializer[Any]):
    type = serializers.CharField()
    event_id = serializers.UUIDField()
    state = serializers.CharField()
    written_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    sent_by = serializers.CharField(allow_blank=True)
    topic = serializers.CharField()
    partition = serializers.IntegerField(allow_null=True)
    offset = serializers.IntegerField(allow_null=True)


class ReplySerializer(serializers.Serializer[Any]):
    event_id = serializers.UUIDField()
    outcome = serializers.CharField()
    duplicate = serializers.BooleanField()
    applied = serializers.BooleanField()
    participant = serializers.DictField()
    consumer = serializers.CharField()
    topic = serializers.CharField()
    partition = serializers.IntegerField()
    offset = serializers.IntegerField()
    received_at = serializers.DateTimeField()


class StepSideSerializer(serializers.Serializer[Any]):
    step = serializers.CharField()
    kind = serializers.CharField()
    side = serializers.ChoiceField(choices=["do", "undo"])
    state = serializers.ChoiceField(choices=StepSide.State.choices)
    command_id = serializers.UUIDField()
    asked = serializers.IntegerField()
    tries = serializers.IntegerField()
    code = serializers.CharField(allow_null=True)
    detail = serializers.CharField(allow_null=True)
    last_error = serializers.CharField(allow_null=True)
    result = serializers.DictField()
    by_hand = serializers.BooleanField()
    started_at = serializers.DateTimeField()
    deadline_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)
    commands = CommandSentSerializer(many=True)
    replies = ReplySerializer(many=True)


class RunWithStepsSerializer(RunSerializer):
    steps = StepSideSerializer(many=True)
