"""The channel's callback: verify, one service call, and the channel's own form of an answer, whatever happens."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flextx.http.openapi import operation
from flextx.http.problems import problem_handler
from order_service.recharge.answers import CallbackFailedSerializer, CallbackSerializer, CallbackTakenSerializer
from order_service.recharge.errors import BadCallback
from order_service.recharge.sandbox import verified_callback
from order_service.recharge.services import accept_callback

_SIGNATURE = tuple(
    OpenApiParameter(f"Sandbox-{name}", str, OpenApiParameter.HEADER, required=True)
    for name in ("Timestamp", "Nonce", "Key-Id", "Signature")
)


class SandboxCallbackView(APIView):
    """The channel's callback: SUCCESS only after the commit; anything else makes the channel repeat it."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @operation(
        CallbackTakenSerializer,
        takes=CallbackSerializer,
        parameters=_SIGNATURE,
        more=dict.fromkeys((400, 403, 404, 406, 409, 413, 422, 503), CallbackFailedSerializer),
        problems=False,
    )
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
