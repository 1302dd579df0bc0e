"""What waits for a person, and what an operator does about it, over HTTP."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flextx.http.auth import caller_of, has_scope
from flextx.http.openapi import operation, page_of, path_parameter
from flextx.http.queries import read_body, read_query
from flextx.http.serializers import OptionalReasonSerializer
from flextx.operate.actions import ACTIONS, ReasonMissing, SamePerson, act
from flextx.operate.kinds import ActionRefused, NotParked, parked_items
from flextx.operate.models import OperatorAction
from flextx.operate.serializers import (
    ActionQuerySerializer,
    OperatorActionSerializer,
    ParkedItemSerializer,
    ParkedQuerySerializer,
    action_json,
)


class ParkedView(APIView):
    """Oldest first; what is beyond the limit shows once those before it are dealt with.

    `about`: such as an order's number, the key of a message, what a run or a job is for.
    """

    permission_classes = (has_scope("operator"),)

    @operation(page_of(ParkedItemSerializer), asks=ParkedQuerySerializer)
    def get(self, request: Request) -> Response:
        asked = read_query(ParkedQuerySerializer, request.query_params)
        items = parked_items(**asked)
        return Response({"results": [item.as_json() for item in items], "next": None})


class ParkedActionView(APIView):
    permission_classes = (has_scope("operator"),)

    @operation(
        OperatorActionSerializer,
        takes=OptionalReasonSerializer,
        refusals=(NotParked, ReasonMissing, ActionRefused, SamePerson),
        parameters=(
            path_parameter("parked_id", r"^[^/]{1,120}$"),
            path_parameter("action", f"^({'|'.join(ACTIONS)})$"),
        ),
        more={202: OperatorActionSerializer},
    )
    def post(self, request: Request, parked_id: str, action: str) -> Response:
        said = read_body(OptionalReasonSerializer, request.data)
        done = act(action=action, parked_id=parked_id, who=caller_of(request).subject, why=said["reason"])
        waits = done.state == OperatorAction.State.AWAITING
        return Response(action_json(done), status=202 if waits else 200)


class OperatorActionsView(APIView):
    """The audit: newest first."""

    permission_classes = (has_scope("operator"),)

    @operation(page_of(OperatorActionSerializer), asks=ActionQuerySerializer)
    def get(self, request: Request) -> Response:
        asked = read_query(ActionQuerySerializer, request.query_params)
        rows = OperatorAction.objects.order_by("-id")
        if subject := asked.get("subject"):
            rows = rows.filter(subject=subject)
        return Response({"results": [action_json(row) for row in rows[: asked["limit"]]], "next": None})
