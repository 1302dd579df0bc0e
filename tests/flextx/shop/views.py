"""The shop's HTTP side: as thin as any, so that what answers is the toolkit."""

from typing import Any, cast

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flextx.http.auth import caller_of, has_scope
from tests.flextx.shop.services import make


class MeView(APIView):
    def get(self, request: Request) -> Response:
        caller = caller_of(request)
        return Response({"subject": caller.subject, "scope": caller.scope})


class StaffView(APIView):
    permission_classes = [has_scope("operator")]

    def get(self, request: Request) -> Response:
        return Response({})


class ThingsView(APIView):
    authentication_classes: list[type] = []
    permission_classes: list[type] = []

    def post(self, request: Request) -> Response:
        body = cast(dict[str, Any], request.data)
        return Response({"version": make(body["name"]).version}, status=201)


class ThingView(APIView):
    authentication_classes: list[type] = []
    permission_classes: list[type] = []

    def get(self, request: Request, name: str) -> Response:
        return Response({"name": name})
