"""Answers to what is no HTTP request, or one over the server's limits: problem+json, although no view is reached."""

from __future__ import annotations

import json
from http import HTTPStatus

from uuid_utils.compat import uuid7

_CODES = {414: "uri_too_long", 431: "headers_too_large"}
_DETAILS = {414: "The address is too long.", 431: "There are too many headers, or one is too long."}


def unreadable_answer(status: int) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Headers and body."""
    number = str(uuid7())
    problem = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": _CODES.get(status, "bad_request"),
        "detail": _DETAILS.get(status, "The request cannot be read."),
        "errors": [],
        "request_id": number,
    }
    body = json.dumps(problem).encode()
    headers = {
        "Content-Type": "application/problem+json",
        "Content-Length": str(len(body)),
        "X-Request-Id": number,
        "Connection": "close",
    }
    return [(name.encode(), value.encode()) for name, value in headers.items()], body
