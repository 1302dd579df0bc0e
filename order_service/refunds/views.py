"""Refunds over HTTP: parse, one service call, map the answer."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flextx.http.auth import caller_of, has_scope
from order_service.recharge.selectors import order_for
from order_service.refunds.errors import DebtForOperators
from order_service.refunds.serializers import RefundOrderSerializer, refund_json
from order_service.refunds.services import Asker, refund_order


class RefundOrderView(APIView):
    """By an operator, or by the owner for an order of their own."""

    permission_classes = (has_scope("user", "operator"),)

    def post(self, request: Request, order_no: str) -> Response:
        caller = caller_of(request)
        order = order_for(caller, order_no)
        said = RefundOrderSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        by_owner = caller.scope == "user"
        if by_owner and said.validated_data["to_debt"]:
            raise DebtForOperators()
        asker = Asker(caller.subject, said.validated_data["reason"], role="owner" if by_owner else "operator")
        refund = refund_order(order_no=order.order_no, asker=asker, to_debt=said.validated_data["to_debt"])
        return Response(refund_json(refund), status=202)
