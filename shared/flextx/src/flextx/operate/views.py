"""What waits for a person, and what an operator does about it, over HTTP."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flextx.http.auth import caller_of, has_scope
from flextx.operate.actions import act
from flextx.operate.kinds import parked_items
from flextx.operate.models import OperatorAction
from flextx.operate.serializers import action_json

LIMIT_MAX = 200


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500, default="", allow_blank=True)


class ParkedQuerySerializer(serializers.Serializer[Any]):
    limit = serializers.IntegerField(min_value=1, max_value=LIMIT_MAX, default=50)
    kind = serializers.ChoiceField(choices=("inbox", "job", "outbox", "run"), default=None)
    about = serializers.CharField(max_length=200, default=None)


class ActionsQuerySerializer(serializers.Serializer[Any]):
    limit = serializers.IntegerField(min_value=1, max_value=LIMIT_MAX, default=50)
    subject = serializers.CharField(max_length=120, required=False)


class ParkedView(APIView):
    """Oldest first; what is beyond the limit shows once those before it are dealt with.

    `about`: such as an order's number, the key of a message, what a run or a job is for.
    """

    permission_classes = (has_scope("operator"),)

    def get(self, request: Request) -> Response:
        query = ParkedQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        items = parked_items(**query.validated_data)
        return Response({"results": [item.as_json() for item in items], "next": None})


class ParkedActionView(APIView):
    permission_classes = (has_scope("operator"),)

    def post(self, request: Request, parked_id: str, action: str) -> Response:
        said = ReasonSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        done = act(
            action=action, parked_id=parked_id, who=caller_of(request).subject, why=said.validated_data["reason"]
        )
        waits = done.state == OperatorAction.State.AWAITING
        return Response(action_json(done), status=202 if waits else 200)


class OperatorActionsView(APIView):
    """The audit: newest first."""

    permission_classes = (has_scope("operator"),)

    def get(self, request: Request) -> Response:
        query = ActionsQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        rows = OperatorAction.objects.order_by("-id")
        if subject := query.validated_data.get("subject"):
            rows = rows.filter(subject=subject)
        return Response({"results": [action_json(row) for row in rows[: query.validated_data["limit"]]], "next": None})
