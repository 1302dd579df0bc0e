"""Refunds over HTTP: parse, one service call, map the answer."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flextx.http.auth import caller_of, has_scope
from flextx.http.openapi import operation
from flextx.http.queries import read_body
from order_service.recharge.errors import OrderNotFound
from order_service.recharge.selectors import order_for
from order_service.refunds.errors import DebtForOperators, NotCreditedYet, NothingToRefund, TooManyRefunds
from order_service.refunds.serializers import RefundOrderSerializer, RefundSerializer, refund_json
from order_service.refunds.services import Asker, refund_order


class RefundOrderView(APIView):
    """By an operator, or by the owner for an order of their own."""

    permission_classes = (has_scope("user", "operator"),)

    @operation(
        RefundSerializer,
        status=202,
        takes=RefundOrderSerializer,
        refusals=(OrderNotFound, NotCreditedYet, NothingToRefund, DebtForOperators, TooManyRefunds),
    )
    def post(self, request: Request, order_no: str) -> Response:
        caller = caller_of(request)
        order = order_for(caller, order_no)
        said = read_body(RefundOrderSerializer, request.data)
        by_owner = caller.scope == "user"
        if by_owner and said["to_debt"]:
            raise DebtForOperators()
        asker = Asker(caller.subject, said["reason"], role="owner" if by_owner else "operator")
        refund = refund_order(order_no=order.order_no, asker=asker, to_debt=said["to_debt"])
        return Response(refund_json(refund), status=202)
