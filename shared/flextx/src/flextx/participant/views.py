"""The participant's side of runs over HTTP, so that one run's id can be asked of every service."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flextx.http.auth import caller_of, has_scope
from flextx.http.paging import page_json
from flextx.participant import selectors


class RunQuerySerializer(serializers.Serializer[Any]):
    older_than = serializers.DateTimeField(required=False)
    cursor = serializers.UUIDField(required=False)
    limit = serializers.IntegerField(min_value=1, max_value=200, default=50)


class RunsView(APIView):
    permission_classes = (has_scope("operator"),)

    def get(self, request: Request) -> Response:
        query = RunQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        runs, cursor = selectors.runs(
            limit=asked["limit"], after=asked.get("cursor"), older_than=asked.get("older_than")
        )
        return Response(page_json(request, [selectors.run_json(run) for run in runs], cursor))


class RunView(APIView):
    permission_classes = (has_scope("user", "operator", "service"),)

    def get(self, request: Request, run_id: UUID) -> Response:
        return Response(selectors.run_with_steps_json(selectors.run_for(caller_of(request), run_id)))
