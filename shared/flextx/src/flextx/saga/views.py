"""Runs over HTTP: asked for by their id, listed for operators, decided where a person is waited for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flextx.http.auth import caller_of, has_scope
from flextx.http.paging import page_json
from flextx.saga import selectors
from flextx.saga.models import Run
from flextx.saga.people import decide
from flextx.saga.reconcile import resolve


class RunQuerySerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=Run.State.choices, required=False)
    type = serializers.CharField(max_length=100, required=False)
    business_key = serializers.CharField(max_length=200, required=False)
    older_than = serializers.DateTimeField(required=False)
    cursor = serializers.UUIDField(required=False)
    limit = serializers.IntegerField(min_value=1, max_value=200, default=50)


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500)


class RunsView(APIView):
    permission_classes = (has_scope("operator"),)

    def get(self, request: Request) -> Response:
        query = RunQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        runs, cursor = selectors.runs(
            limit=asked["limit"],
            after=asked.get("cursor"),
            older_than=asked.get("older_than"),
            state=asked.get("state"),
            saga=asked.get("type"),
            business_key=asked.get("business_key"),
        )
        return Response(page_json(request, [selectors.run_json(run) for run in runs], cursor))


class RunView(APIView):
    permission_classes = (has_scope("user", "operator", "service"),)

    def get(self, request: Request, run_id: UUID) -> Response:
        return Response(selectors.run_with_steps_json(selectors.run_for(caller_of(request), run_id)))


class DecisionView(APIView):
    """Approve or refuse a step that waits for a person."""

    permission_classes = (has_scope("operator"),)

    def post(self, request: Request, run_id: UUID, approved: bool) -> Response:
        said = ReasonSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        run = decide(
            run_id=run_id,
            approved=approved,
            who=caller_of(request).subject,
            why=said.validated_data["reason"],
        )
        return Response(selectors.run_json(run))


class ResolveView(APIView):
    """A step that was skipped by hand was made good."""

    permission_classes = (has_scope("operator"),)

    def post(self, request: Request, run_id: UUID) -> Response:
        said = ReasonSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        run = resolve(run_id=run_id, who=caller_of(request).subject, why=said.validated_data["reason"])
        return Response(selectors.run_json(run))
