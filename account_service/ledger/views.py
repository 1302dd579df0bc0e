"""The account service's HTTP edge: parse, one call, map the answer."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from account_service.ledger import selectors
from account_service.ledger.errors import NotYours
from account_service.ledger.freezes import set_frozen
from account_service.ledger.serializers import (
    BalancesSerializer,
    FreezeSerializer,
    FrozenSerializer,
    StatementLineSerializer,
    StatementQuerySerializer,
)
from flextx.http.auth import caller_of, has_scope
from flextx.http.openapi import operation, page_of, path_parameter
from flextx.http.paging import page_json
from flextx.http.queries import read_body, read_query
from flextx.http.serializers import ReasonSerializer


class BalancesView(APIView):
    permission_classes = (has_scope("user", "operator", "service"),)

    @operation(BalancesSerializer, refusals=(NotYours,))
    def get(self, request: Request, owner_id: str) -> Response:
        selectors.check_may_see(caller_of(request), owner_id)
        return Response({"owner_id": owner_id, "balances": selectors.balances_of(owner_id)})


class StatementView(APIView):
    permission_classes = (has_scope("user", "operator", "service"),)

    @operation(page_of(StatementLineSerializer), asks=StatementQuerySerializer, refusals=(NotYours,))
    def get(self, request: Request, owner_id: str) -> Response:
        selectors.check_may_see(caller_of(request), owner_id)
        asked = read_query(StatementQuerySerializer, request.query_params)
        lines, cursor = selectors.statement_of(
            owner_id, asset=asked["asset"], before=asked.get("cursor"), limit=asked["limit"]
        )
        return Response(page_json(request, lines, cursor))


class FreezeView(APIView):
    """`frozen`: what it makes of the owner; said in urls.py."""

    permission_classes = (has_scope("operator"),)
    frozen = True

    @operation(FrozenSerializer, takes=ReasonSerializer, parameters=(path_parameter("owner_id", r"^[^/\x00]{1,100}$"),))
    def post(self, request: Request, owner_id: str) -> Response:
        asked = read_body(FreezeSerializer, dict(request.data, owner_id=owner_id))
        owner = set_frozen(
            owner_id=asked["owner_id"], frozen=self.frozen, who=caller_of(request).subject, why=asked["reason"]
        )
        return Response({"owner_id": owner.owner_id, "frozen": owner.frozen})
