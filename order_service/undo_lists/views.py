"""Lists of undos over HTTP, for operators."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flextx.http.auth import caller_of, has_scope
from flextx.http.idempotency import idempotency_key
from flextx.http.openapi import operation
from flextx.http.queries import read_body
from flextx.idempotency.answers import answer_once
from order_service.undo_lists import selectors
from order_service.undo_lists.errors import UndoListNotFound
from order_service.undo_lists.serializers import UndoListSerializer, UndoListToldSerializer
from order_service.undo_lists.services import start_undo_list


class UndoListsView(APIView):
    permission_classes = (has_scope("operator"),)

    @operation(UndoListToldSerializer, status=202, takes=UndoListSerializer, idempotent=True)
    def post(self, request: Request) -> Response:
        asked = read_body(UndoListSerializer, request.data)
        found = partial(
            start_undo_list,
            operations=asked["operations"],
            who=caller_of(request).subject,
            why=asked["reason"],
            to_debt=asked["to_debt"],
            idempotency_key=idempotency_key(request),
        )
        return answer_once(request, lambda: selectors.undo_list_json(found()), status=202)


class UndoListView(APIView):
    permission_classes = (has_scope("operator"),)

    @operation(UndoListToldSerializer, refusals=(UndoListNotFound,))
    def get(self, request: Request, list_id: UUID) -> Response:
        return Response(selectors.undo_list_json(selectors.undo_list(list_id)))
