"""Gifts over HTTP: parse, one service call, map the answer."""

from __future__ import annotations

from functools import partial
from typing import Any

from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flextx.http.auth import caller_of, has_scope
from flextx.http.idempotency import idempotency_key
from flextx.http.paging import page_json
from flextx.idempotency.answers import answer_once
from order_service.gifts import selectors
from order_service.gifts.serializers import (
    GiftQuerySerializer,
    SendGiftSerializer,
    UndoGiftSerializer,
    gift_json,
    gift_product_json,
)
from order_service.gifts.services import send_gift, undo_gift


class GiftProductsView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get(self, request: Request) -> Response:
        return Response([gift_product_json(product) for product in selectors.gift_products_on_sale()])


class GiftsView(APIView):
    def get_permissions(self) -> list[Any]:
        scopes = ("user",) if self.request.method == "POST" else ("operator", "service")
        return [has_scope(*scopes)()]

    def get(self, request: Request) -> Response:
        query = GiftQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        gifts, cursor = selectors.all_gifts(
            before=asked.get("cursor"), limit=asked["limit"], status=asked.get("status")
        )
        return Response(page_json(request, [gift_json(gift) for gift in gifts], cursor))

    def post(self, request: Request) -> Response:
        wanted = SendGiftSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        gift = partial(
            send_gift,
            sender_id=caller_of(request).subject,
            idempotency_key=idempotency_key(request),
            **wanted.validated_data,
        )
        return answer_once(request, lambda: gift_json(gift()), status=202)


class GiftView(APIView):
    permission_classes = (has_scope("user", "operator", "service"),)

    def get(self, request: Request, gift_id: str) -> Response:
        return Response(gift_json(selectors.gift_for(caller_of(request), gift_id)))


class UndoGiftView(APIView):
    permission_classes = (has_scope("operator"),)

    def post(self, request: Request, gift_id: str) -> Response:
        said = UndoGiftSerializer(data=request.data)
        said.is_valid(raise_exception=True)
        gift = undo_gift(
            gift_id=gift_id,
            who=caller_of(request).subject,
            why=said.validated_data["reason"],
            to_debt=said.validated_data["to_debt"],
        )
        return Response(gift_json(gift) | {"run_id": str(gift.undo_run_id)}, status=202)
