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
from flextx.http.openapi import operation, page_of
from flextx.http.paging import page_json
from flextx.http.queries import read_body, read_query
from flextx.idempotency.answers import answer_once
from flextx.outbox.backlog import BacklogFull
from order_service.gifts import selectors
from order_service.gifts.errors import GiftNotFound, GiftNotSent, GiftProductNotFound
from order_service.gifts.serializers import (
    GiftProductSerializer,
    GiftQuerySerializer,
    GiftSerializer,
    SendGiftSerializer,
    UndoGiftSerializer,
    gift_json,
    gift_product_json,
)
from order_service.gifts.services import send_gift, undo_gift
from order_service.rooms.errors import RoomUnknown


class GiftProductsView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @operation(GiftProductSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response([gift_product_json(product) for product in selectors.gift_products_on_sale()])


class GiftsView(APIView):
    def get_permissions(self) -> list[Any]:
        scopes = ("user",) if self.request.method == "POST" else ("operator", "service")
        return [has_scope(*scopes)()]

    @operation(page_of(GiftSerializer), asks=GiftQuerySerializer)
    def get(self, request: Request) -> Response:
        asked = read_query(GiftQuerySerializer, request.query_params)
        gifts, cursor = selectors.all_gifts(
            before=asked.get("cursor"), limit=asked["limit"], status=asked.get("status")
        )
        return Response(page_json(request, [gift_json(gift) for gift in gifts], cursor))

    @operation(
        GiftSerializer,
        status=202,
        takes=SendGiftSerializer,
        refusals=(RoomUnknown, GiftProductNotFound, BacklogFull),
        idempotent=True,
    )
    def post(self, request: Request) -> Response:
        wanted = read_body(SendGiftSerializer, request.data)
        gift = partial(
            send_gift,
            sender_id=caller_of(request).subject,
            idempotency_key=idempotency_key(request),
            **wanted,
        )
        return answer_once(request, lambda: gift_json(gift()), status=202)


class GiftView(APIView):
    permission_classes = (has_scope("user", "operator", "service"),)

    @operation(GiftSerializer, refusals=(GiftNotFound,))
    def get(self, request: Request, gift_id: str) -> Response:
        return Response(gift_json(selectors.gift_for(caller_of(request), gift_id)))


class UndoGiftView(APIView):
    permission_classes = (has_scope("operator"),)

    @operation(GiftSerializer, status=202, takes=UndoGiftSerializer, refusals=(GiftNotFound, GiftNotSent))
    def post(self, request: Request, gift_id: str) -> Response:
        said = read_body(UndoGiftSerializer, request.data)
        gift = undo_gift(
            gift_id=gift_id,
            who=caller_of(request).subject,
            why=said["reason"],
            to_debt=said["to_debt"],
        )
        return Response(gift_json(gift) | {"run_id": str(gift.undo_run_id)}, status=202)
