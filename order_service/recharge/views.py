"""The order service's HTTP edge: parse, one service call, map the answer."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.exceptions import RequestDataTooBig
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flextx.http.auth import caller_of, has_scope
from flextx.http.idempotency import idempotency_key
from flextx.http.paging import page_json
from flextx.http.problems import problem_handler
from flextx.idempotency.answers import answer_once
from flextx.operate.views import ReasonSerializer
from order_service.recharge import selectors
from order_service.recharge.asking import complete_after_asking
from order_service.recharge.errors import BadCallback
from order_service.recharge.incidents import resolve_incident
from order_service.recharge.journey import journey_of
from order_service.recharge.repairs import announce_again
from order_service.recharge.sandbox import verified_callback
from order_service.recharge.serializers import (
    IncidentQuerySerializer,
    OrderQuerySerializer,
    PlaceOrderSerializer,
    incident_json,
    order_json,
    product_json,
)
from order_service.recharge.services import accept_callback, create_order, payers_page


class ProductsView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get(self, request: Request) -> Response:
        return Response([product_json(product) for product in selectors.products_on_sale()])


class OrdersView(APIView):
    def get_permissions(self) -> list[Any]:
        scopes = ("user",) if self.request.method == "POST" else ("user", "operator", "service")
        return [has_scope(*scopes)()]

    def post(self, request: Request) -> Response:
        wanted = PlaceOrderSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        order = partial(
            create_order,
            owner_id=caller_of(request).subject,
            idempotency_key=idempotency_key(request),
            **wanted.validated_data,
        )
        return answer_once(request, lambda: order_json(order()), status=201, complete=_with_payers_page)

    def get(self, request: Request) -> Response:
        query = OrderQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked, caller = query.validated_data, caller_of(request)
        before, limit, status = asked.get("cursor"), asked["limit"], asked.get("status")
        if caller.scope == "user":
            orders, cursor = selectors.own_orders(caller.subject, before=before, limit=limit, status=status)
        else:
            orders, cursor = selectors.all_orders(
                before=before, limit=limit, status=status, completed_before=asked.get("completed_before")
            )
        return Response(page_json(request, [order_json(order) for order in orders], cursor))


def _with_payers_page(order: dict[str, Any]) -> dict[str, Any]:
    url = order["payment"]["url"] or payers_page(order_no=order["order_no"])
    return order | {"payment": {"url": url}}


class OrderView(APIView):
    permission_classes = (has_scope("user", "operator", "service"),)

    def get(self, request: Request, order_no: str) -> Response:
        return Response(order_json(selectors.order_for(caller_of(request), order_no)))


class JourneyView(APIView):
    permission_classes = (has_scope("user", "operator"),)

    def get(self, request: Request, order_no: str) -> Response:
        caller = caller_of(request)
        order = selectors.order_for(caller, order_no)
        return Response(journey_of(order, for_operator=caller.scope == "operator"))


class CompleteOrderView(APIView):
    permission_classes = (has_scope("operator"),)

    def post(self, request: Request, order_no: str) -> Response:
        order = selectors.order_for(caller_of(request), order_no)
        completed = complete_after_asking(order=order, who=f"operator {caller_of(request).subject}")
        return Response(order_json(completed))


class AnnounceOrderView(APIView):
    """A paid order's announcement goes out again: for an operator, and for the account service's reconcile."""

    permission_classes = (has_scope("operator", "service"),)

    def post(self, request: Request, order_no: str) -> Response:
        said = ReasonSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        caller = caller_of(request)
        announce_again(order_no=order_no, who=caller.subject, why=said.validated_data["reason"])
        return Response(order_json(selectors.order_for(caller, order_no)))


class IncidentsView(APIView):
    permission_classes = (has_scope("operator"),)

    def get(self, request: Request) -> Response:
        query = IncidentQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
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

    def post(self, request: Request, incident_id: int) -> Response:
        said = ReasonSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        incident = resolve_incident(
            incident_id=incident_id, who=caller_of(request).subject, why=said.validated_data["reason"]
        )
        return Response(incident_json(incident))


class SandboxCallbackView(APIView):
    """The channel's callback: SUCCESS only after the commit; anything else makes the channel repeat it."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def post(self, request: Request) -> Response:
        body = verified_callback(request.headers, _raw_body(request))  # raises BadSignature -> 403
        accept_callback(body)
        return Response({"code": "SUCCESS"})

    def get_exception_handler(self) -> Any:
        return _callback_problem


def _callback_problem(error: Exception, context: dict[str, Any]) -> Response | None:
    response = problem_handler(error, context)
    if response is None:
        return None
    return Response({"code": "FAIL", "message": response.data["detail"]}, status=response.status_code)


def _raw_body(request: Request) -> bytes:
    try:
        return bytes(request.body)
    except RequestDataTooBig as too_big:
        raise BadCallback("The callback is too large.") from too_big
