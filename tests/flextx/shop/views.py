"""The shop's HTTP side: as thin as any, so that what answers is the toolkit."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flextx.http.auth import caller_of, has_scope
from flextx.idempotency.answers import answer_once
from tests.flextx.shop.handlers import NotOnSale
from tests.flextx.shop.services import make


class MeView(APIView):
    def get(self, request: Request) -> Response:
        caller = caller_of(request)
        return Response({"subject": caller.subject, "scope": caller.scope})


class StaffView(APIView):
    permission_classes = [has_scope("operator")]

    def get(self, request: Request) -> Response:
        return Response({})


class ThingSerializer(serializers.Serializer[object]):
    name = serializers.CharField(max_length=100)
    parts = serializers.ListField(child=serializers.IntegerField(), required=False)


class ThingsView(APIView):
    authentication_classes: list[type] = []
    permission_classes: list[type] = []

    def post(self, request: Request) -> Response:
        wanted = ThingSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        return Response({"version": make(wanted.validated_data["name"]).version}, status=201)


class OnceView(APIView):
    permission_classes = [has_scope("user", "operator")]

    def post(self, request: Request) -> Response:
        return answer_once(request, lambda: _made(request.data["name"]), status=201)


def _made(name: str) -> dict[str, object]:
    version = make(name).version
    if name == "unsold":
        raise NotOnSale  # after something was written
    return {"name": name, "version": version}


class ThingView(APIView):
    authentication_classes: list[type] = []
    permission_classes: list[type] = []

    def get(self, request: Request, name: str) -> Response:
        if name == "unsold":
            raise NotOnSale
        if name == "defect":
            raise RuntimeError("a defect of ours")
        return Response({"name": name})
