"""What is asked and told of others' runs."""

from typing import Any

from rest_framework import serializers

from flextx.http.fields import Moment, WholeNumber


class RunQuerySerializer(serializers.Serializer[Any]):
    older_than = Moment(required=False)
    cursor = serializers.UUIDField(required=False)
    limit = WholeNumber(min_value=1, max_value=200, default=50)


class ParticipantRunSerializer(serializers.Serializer[Any]):
    run_id = serializers.UUIDField()
    initiator = serializers.CharField()
    first_asked_at = serializers.DateTimeField()
    replies = serializers.IntegerField()


class DecidedSideSerializer(serializers.Serializer[Any]):
    step = serializers.CharField()
    side = serializers.ChoiceField(choices=["do", "undo"])
    outcome = serializers.CharField()
    code = serializers.CharField(allow_null=True)
    detail = serializers.CharField(allow_null=True)
    result = serializers.DictField()
    command_id = serializers.UUIDField(allow_null=True)
    duplicates = serializers.IntegerField()
    decided_at = serializers.DateTimeField()


class ParticipantRunWithStepsSerializer(ParticipantRunSerializer):
    steps = DecidedSideSerializer(many=True)
