"""Every error answer is RFC 9457 problem+json, whoever raises it: DRF, a named refusal, an outage, or Django itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import Http404
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from flextx.errors import FieldError, Refusal
from flextx.http.requests import request_id
from flextx.outages import RETRY_ALL

logger = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"


def problem(
    request: HttpRequest, status: int, code: str, detail: str, errors: tuple[FieldError, ...] = ()
) -> dict[str, Any]:
    """The body of an error answer. `code` is for programs, `detail` says what to do."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": [{"field": error.field, "code": error.code, "message": error.message} for error in errors],
        "request_id": request_id(request),
    }


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER. None lets a defect of ours through to Django's 500."""
    answer = _answer(error)
    if answer is None:
        return None
    set_rollback()
    status, code, detail, errors, headers = answer
    body = problem(context["request"], status, code, detail, errors)
    return Response(body, status=status, headers=headers, content_type=CONTENT_TYPE)


def problem_response(request: HttpRequest, error: Exception) -> JsonResponse:
    """The same answer for a view that is not DRF's, such as an async one. A defect of ours is raised again."""
    answer = _answer(error)
    if answer is None:
        raise error
    status, code, detail, errors, headers = answer
    body = problem(request, status, code, detail, errors)
    return JsonResponse(body, status=status, headers=headers, content_type=CONTENT_TYPE)


_Answer = tuple[int, str, str, tuple[FieldError, ...], dict[str, str]]


def _answer(error: Exception) -> _Answer | None:
    if isinstance(error, Refusal):
        again = {} if error.retry_after_seconds is None else {"Retry-After": str(error.retry_after_seconds)}
        return error.status, error.code, error.detail, error.errors, again
    if isinstance(error, RETRY_ALL):
        logger.error("answered 503: %s", error)
        return (
            503,
            "unavailable",
            "A part of the system is away. Nothing was decided: repeat the request.",
            (),
            _RETRY,
        )
    if isinstance(error, Http404):
        return 404, "not_found", "There is no such thing, or it is not yours.", (), {}
    if isinstance(error, RequestDataTooBig):
        return 413, "too_large", f"A body has at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes.", (), {}
    if isinstance(error, exceptions.ValidationError):
        errors = tuple(_field_errors(error.get_full_details()))
        return 400, "invalid", "The request is not as it should be: see errors.", errors, {}
    if isinstance(error, exceptions.APIException):
        return error.status_code, _code(error), str(error.detail), (), _headers(error)
    return None


_RETRY = {"Retry-After": "1"}


def _code(error: exceptions.APIException) -> str:
    codes = error.get_codes()
    return codes if isinstance(codes, str) else error.default_code


def _headers(error: exceptions.APIException) -> dict[str, str]:
    header = getattr(error, "auth_header", None)
    return {"WWW-Authenticate": header} if header else {}


def _field_errors(details: Any, field: str = "") -> Iterator[FieldError]:
    """Flatten DRF's nested details to field.name.0 paths."""
    if isinstance(details, dict) and set(details) == {"message", "code"}:
        yield FieldError(field or "body", str(details["code"]), str(details["message"]))
    elif isinstance(details, dict):
        for name, inner in details.items():
            yield from _field_errors(inner, f"{field}.{name}" if field else str(name))
    elif isinstance(details, list):
        for inner in details:
            yield from _field_errors(inner, field)


def _django_answer(request: HttpRequest, status: int, code: str, detail: str) -> JsonResponse:
    return JsonResponse(problem(request, status, code, detail), status=status, content_type=CONTENT_TYPE)


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    """Django's handler400."""
    if isinstance(exception, RequestDataTooBig):
        return problem_response(request, exception)
    return _django_answer(request, 400, "bad_request", "The request cannot be read.")


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    """Django's handler404, for paths that match nothing."""
    return _django_answer(request, 404, "not_found", "There is nothing at this address.")


def only_read(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Another method than GET or HEAD is 405, for views that are not DRF's."""

    @csrf_exempt  # or it would be 403
    @wraps(view)
    def reading(request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return view(request)
        refused = problem_response(request, exceptions.MethodNotAllowed(str(request.method)))
        refused["Allow"] = "GET, HEAD"
        return refused

    return reading


def csrf_failure(request: HttpRequest, reason: str = "") -> JsonResponse:
    """Django's CSRF_FAILURE_VIEW: a POST to what is only read, such as `/livez`."""
    return _django_answer(request, 403, "permission_denied", "This address is not to be posted to from here.")


def server_error(request: HttpRequest) -> JsonResponse:
    """Django's handler500: a defect of ours; the log has the stack under the request id."""
    return _django_answer(request, 500, "internal_error", "This is our fault. Quote the request_id.")
