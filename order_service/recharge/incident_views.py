"""Refused callbacks over HTTP, for operators."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flextx.http.auth import caller_of, has_scope
from flextx.http.openapi import operation, page_of
from flextx.http.paging import page_json
from flextx.http.queries import read_body, read_query
from flextx.http.serializers import ReasonSerializer
from order_service.recharge import selectors
from order_service.recharge.answers import IncidentSerializer
from order_service.recharge.errors import IncidentNotFound, IncidentResolved
from order_service.recharge.incidents import resolve_incident
from order_service.recharge.serializers import IncidentQuerySerializer, incident_json


class IncidentsView(APIView):
    permission_classes = (has_scope("operator"),)

    @operation(page_of(IncidentSerializer), asks=IncidentQuerySerializer)
    def get(self, request: Request) -> Response:
        asked = read_query(IncidentQuerySerializer, request.query_params)
        state = asked.get("state")
        rows, cursor = selectors.incidents(
            before=asked.get("cursor"),
            limit=asked["limit"],
            order_no=asked.get("order_no"),
            is_open=None if state is None else state == "open",
        )
        return Response(page_json(request, [incident_json(row) for row in rows], cursor))


class ResolveIncidentView(APIView):
    permission_classes = (has_scope("operator"),)

    @operation(IncidentSerializer, takes=ReasonSerializer, refusals=(IncidentNotFound, IncidentResolved))
    def post(self, request: Request, incident_id: int) -> Response:
        said = read_body(ReasonSerializer, request.data)
        incident = resolve_incident(incident_id=incident_id, who=caller_of(request).subject, why=said["reason"])
        return Response(incident_json(incident))
