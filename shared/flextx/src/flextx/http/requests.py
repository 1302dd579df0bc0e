"""Each request has an id and a trace: given ones are kept if they are well-formed, else new ones are made."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware
from uuid_utils.compat import uuid7

from flextx.tracing import Cause, caused_by, valid_traceparent

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
_KEY = "flextx.request_id"


def request_id(request: HttpRequest) -> str:
    """The id of this request, the same in its answer, its problem body and the log."""
    if _KEY not in request.META:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request.META[_KEY] = given if _REQUEST_ID.fullmatch(given) else str(uuid7())
    return str(request.META[_KEY])


@sync_and_async_middleware
def request_context(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Middleware: what is published within a request carries the request's trace."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        with _trace_of(request):
            response: HttpResponseBase = get_response(request)
            return response

    async def async_middleware(request: HttpRequest) -> HttpResponseBase:
        with _trace_of(request):
            response: HttpResponseBase = await get_response(request)
            return response

    return async_middleware if iscoroutinefunction(get_response) else middleware


def _trace_of(request: HttpRequest) -> AbstractContextManager[None]:
    if "\x00" in request.path:
        raise Http404("no database row has a NUL in its id")
    return caused_by(Cause(traceparent=valid_traceparent(request.META.get("HTTP_TRACEPARENT", ""))))
