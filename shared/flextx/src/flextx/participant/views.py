"""The participant's side of runs over HTTP, so that one run's id can be asked of every service."""

from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flextx.http.auth import caller_of, has_scope
from flextx.http.openapi import operation, page_of
from flextx.http.paging import page_json
from flextx.http.queries import read_query
from flextx.participant import selectors
from flextx.participant.serializers import (
    ParticipantRunSerializer,
    ParticipantRunWithStepsSerializer,
    RunQuerySerializer,
)


class RunsView(APIView):
    permission_classes = (has_scope("operator"),)

    @operation(page_of(ParticipantRunSerializer), asks=RunQuerySerializer)
    def get(self, request: Request) -> Response:
        asked = read_query(RunQuerySerializer, request.query_params)
        runs, cursor = selectors.runs(
            limit=asked["limit"], after=asked.get("cursor"), older_than=asked.get("older_than")
        )
        return Response(page_json(request, [selectors.run_json(run) for run in runs], cursor))


class RunView(APIView):
    permission_classes = (has_scope("user", "operator", "service"),)

    @operation(ParticipantRunWithStepsSerializer, refusals=(selectors.RunNotFound,))
    def get(self, request: Request, run_id: UUID) -> Response:
        return Response(selectors.run_with_steps_json(selectors.run_for(caller_of(request), run_id)))
