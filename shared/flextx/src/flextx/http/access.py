"""One line a request, and the request's id in every other line that is written on its behalf."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from flextx.http.requests import request_id
from flextx.logs import about, note

logger = logging.getLogger("flextx.access")


@sync_and_async_middleware
def access_log(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Middleware, the outermost: what another one refuses has its line and its id too."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        with about(request_id=request_id(request)):
            started = time.perf_counter()
            return _logged(request, get_response(request), started)

    async def async_middleware(request: HttpRequest) -> HttpResponseBase:
        with about(request_id=request_id(request)):
            started = time.perf_counter()
            return _logged(request, await get_response(request), started)

    return async_middleware if iscoroutinefunction(get_response) else middleware


def _logged(request: HttpRequest, response: HttpResponseBase, started: float) -> HttpResponseBase:
    """The route and its ids, not the path as it came: that may hold anything, and makes every line its own kind."""
    response["X-Request-Id"] = request_id(request)
    match = request.resolver_match
    note(**(match.kwargs if match else {}))
    said: dict[str, object] = {
        "method": request.method,
        "route": f"/{match.route}" if match else "unmatched",
        "status": response.status_code,
        "milliseconds": round((time.perf_counter() - started) * 1000, 1),
    }
    logger.info("request", extra={**said, **_refusal(response)})
    return response


def _refusal(response: HttpResponseBase) -> dict[str, object]:
    """Why it was refused, by the problem's code."""
    said = getattr(response, "data", None)
    return (
        {"code": str(said["code"])} if response.status_code >= 400 and isinstance(said, dict) and "code" in said else {}
    )
