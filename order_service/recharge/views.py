"""The order service's HTTP edge: parse, one service call, map the answer."""

from __future__ import annotations

from functools import partial
from typing import Any

from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flextx.http.auth import caller_of, has_scope
from flextx.http.idempotency import idempotency_key
from flextx.http.openapi import operation, page_of
from flextx.http.paging import page_json
from flextx.http.queries import read_body, read_query
from flextx.http.serializers import ReasonSerializer
from flextx.idempotency.answers import answer_once
from flextx.outbox.backlog import BacklogFull
from order_service.recharge import selectors
from order_service.recharge.answers import (
    JourneySerializer,
    OrderSerializer,
    ProductSerializer,
)
from order_service.recharge.asking import complete_after_asking
from order_service.recharge.errors import (
    CALLBACK_REFUSALS,
    ChannelSaysUnpaid,
    ChannelUnknown,
    GivenBackAtChannel,
    OrderNotFound,
    ProductNotFound,
    TooManyOpenOrders,
)
from order_service.recharge.journey import journey_for
from order_service.recharge.repairs import CannotAnnounce, NothingToAnnounce, announce_again
from order_service.recharge.serializers import (
    OrderQuerySerializer,
    PlaceOrderSerializer,
    order_json,
    product_json,
)
from order_service.recharge.services import create_order, payers_page


class ProductsView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @operation(ProductSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response([product_json(product) for product in selectors.products_on_sale()])


class OrdersView(APIView):
    def get_permissions(self) -> list[Any]:
        scopes = ("user",) if self.request.method == "POST" else ("user", "operator", "service")
        return [has_scope(*scopes)()]

    @operation(
        OrderSerializer,
        status=201,
        takes=PlaceOrderSerializer,
        refusals=(ProductNotFound, TooManyOpenOrders, BacklogFull),
        idempotent=True,
    )
    def post(self, request: Request) -> Response:
        wanted = read_body(PlaceOrderSerializer, request.data)
        order = partial(
            create_order,
            owner_id=caller_of(request).subject,
            idempotency_key=idempotency_key(request),
            **wanted,
        )
        return answer_once(request, lambda: order_json(order()), status=201, complete=_with_payers_page)

    @operation(page_of(OrderSerializer), asks=OrderQuerySerializer)
    def get(self, request: Request) -> Response:
        asked, caller = read_query(OrderQuerySerializer, request.query_params), caller_of(request)
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

    @operation(OrderSerializer, refusals=(OrderNotFound,))
    def get(self, request: Request, order_no: str) -> Response:
        return Response(order_json(selectors.order_for(caller_of(request), order_no)))


class JourneyView(APIView):
    permission_classes = (has_scope("user", "operator"),)

    @operation(JourneySerializer, refusals=(OrderNotFound,))
    def get(self, request: Request, order_no: str) -> Response:
        return Response(journey_for(caller_of(request), order_no))


class CompleteOrderView(APIView):
    permission_classes = (has_scope("operator"),)

    @operation(
        OrderSerializer,
        refusals=(OrderNotFound, ChannelSaysUnpaid, ChannelUnknown, GivenBackAtChannel, *CALLBACK_REFUSALS),
    )
    def post(self, request: Request, order_no: str) -> Response:
        order = selectors.order_for(caller_of(request), order_no)
        completed = complete_after_asking(order=order, who=f"operator {caller_of(request).subject}")
        return Response(order_json(completed))


class AnnounceOrderView(APIView):
    """A paid order's announcement goes out again: for an operator, and for the account service's reconcile."""

    permission_classes = (has_scope("operator", "service"),)

    @operation(OrderSerializer, takes=ReasonSerializer, refusals=(OrderNotFound, NothingToAnnounce, CannotAnnounce))
    def post(self, request: Request, order_no: str) -> Response:
        said = read_body(ReasonSerializer, request.data)
        caller = caller_of(request)
        announce_again(order_no=order_no, who=caller.subject, why=said["reason"])
        return Response(order_json(selectors.order_for(caller, order_no)))
