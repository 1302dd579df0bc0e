"""Runs over HTTP: asked for by their id, listed for operators, decided where a person is waited for."""

from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flextx.http.auth import caller_of, has_scope
from flextx.http.openapi import operation, page_of
from flextx.http.paging import page_json
from flextx.http.queries import read_body, read_query
from flextx.http.serializers import ReasonSerializer
from flextx.operate.actions import SamePerson
from flextx.saga import selectors
from flextx.saga.people import NothingToDecide, RunNotFound, decide
from flextx.saga.reconcile import NothingToResolve, resolve
from flextx.saga.serializers import RunQuerySerializer, RunSerializer, RunWithStepsSerializer


class RunsView(APIView):
    permission_classes = (has_scope("operator"),)

    @operation(page_of(RunSerializer), asks=RunQuerySerializer)
    def get(self, request: Request) -> Response:
        asked = read_query(RunQuerySerializer, request.query_params)
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

    @operation(RunWithStepsSerializer, refusals=(RunNotFound,))
    def get(self, request: Request, run_id: UUID) -> Response:
        return Response(selectors.run_with_steps_json(selectors.run_for(caller_of(request), run_id)))


class DecisionView(APIView):
    """Approve or refuse a step that waits for a person."""

    permission_classes = (has_scope("operator"),)

    @operation(RunSerializer, takes=ReasonSerializer, refusals=(RunNotFound, NothingToDecide, SamePerson))
    def post(self, request: Request, run_id: UUID, approved: bool) -> Response:
        said = read_body(ReasonSerializer, request.data)
        run = decide(
            run_id=run_id,
            approved=approved,
            who=caller_of(request).subject,
            why=said["reason"],
        )
        return Response(selectors.run_json(run))


class ResolveView(APIView):
    """A step that was skipped by hand was made good."""

    permission_classes = (has_scope("operator"),)

    @operation(RunSerializer, takes=ReasonSerializer, refusals=(RunNotFound, NothingToResolve))
    def post(self, request: Request, run_id: UUID) -> Response:
        said = read_body(ReasonSerializer, request.data)
        run = resolve(run_id=run_id, who=caller_of(request).subject, why=said["reason"])
        return Response(selectors.run_json(run))
