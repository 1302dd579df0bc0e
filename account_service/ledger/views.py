"""The account service's HTTP edge: parse, one call, map the answer."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from account_service.ledger import selectors
from account_service.ledger.freezes import set_frozen
from account_service.ledger.serializers import FreezeSerializer, StatementQuerySerializer
from flextx.http.auth import caller_of, has_scope
from flextx.http.paging import page_json


class BalancesView(APIView):
    permission_classes = (has_scope("user", "operator", "service"),)

    def get(self, request: Request, owner_id: str) -> Response:
        selectors.check_may_see(caller_of(request), owner_id)
        return Response({"owner_id": owner_id, "balances": selectors.balances_of(owner_id)})


class StatementView(APIView):
    permission_classes = (has_scope("user", "operator", "service"),)

    def get(self, request: Request, owner_id: str) -> Response:
        selectors.check_may_see(caller_of(request), owner_id)
        query = StatementQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        lines, cursor = selectors.statement_of(
            owner_id, asset=asked["asset"], before=asked.get("cursor"), limit=asked["limit"]
        )
        return Response(page_json(request, lines, cursor))


class FreezeView(APIView):
    """`frozen`: what it makes of the owner; said in urls.py."""

    permission_classes = (has_scope("operator"),)
    frozen = True

    def post(self, request: Request, owner_id: str) -> Response:
        asked = FreezeSerializer(data=dict(request.data, owner_id=owner_id))
        asked.is_valid(raise_exception=True)
        owner = set_frozen(
            owner_id=asked.validated_data["owner_id"],
            frozen=self.frozen,
            who=caller_of(request).subject,
            why=asked.validated_data["reason"],
        )
        return Response({"owner_id": owner.owner_id, "frozen": owner.frozen})
