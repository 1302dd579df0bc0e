"""`GET /metrics`: for a monitor on this machine, or one that has an operator's or a service's token."""

from __future__ import annotations

import ipaddress

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from rest_framework.exceptions import APIException, MethodNotAllowed, NotAuthenticated, PermissionDenied

from flextx.http.auth import verified_caller
from flextx.http.problems import problem_response
from flextx.metrics.registry import scrape
from flextx.outages import RETRY_ALL

METHODS = ("GET", "HEAD")
# A proxy on this machine is on the loopback too; whoever it forwards for is not.
_FORWARDED = ("FORWARDED", "VIA", "X_FORWARDED_FOR", "X_FORWARDED_HOST", "X_FORWARDED_PROTO", "X_REAL_IP")


def metrics(request: HttpRequest) -> HttpResponseBase:
    try:
        if request.method not in METHODS:
            raise MethodNotAllowed(str(request.method))
        _check_may_read(request)
        return HttpResponse(scrape(), content_type=CONTENT_TYPE_LATEST)
    except (APIException, *RETRY_ALL) as refused:
        return _refused(request, refused)


def _check_may_read(request: HttpRequest) -> None:
    """A token, where one is shown, decides. Raises NotAuthenticated, AuthenticationFailed, PermissionDenied."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        if verified_caller(token.strip().encode()).scope not in ("operator", "service"):
            raise PermissionDenied("Only operators and services may read this.")
    elif not _is_this_machine(request):
        raise NotAuthenticated("Ask from this machine, or with an operator's or a service's token.")


def _is_this_machine(request: HttpRequest) -> bool:
    if any(f"HTTP_{name}" in request.META for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _refused(request: HttpRequest, refused: Exception) -> HttpResponseBase:
    answer = problem_response(request, refused)
    if answer.status_code == 401:
        answer["WWW-Authenticate"] = "Bearer"
    if answer.status_code == 405:
        answer["Allow"] = ", ".join(METHODS)
    return answer
