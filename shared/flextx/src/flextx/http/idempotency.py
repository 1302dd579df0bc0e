"""Idempotency-Key: the caller's own number for a request, the same with every repeat of it."""

from __future__ import annotations

import re
from typing import ClassVar

from rest_framework.request import Request

from flextx.errors import Refusal

KEY_PATTERN = r"^[\x21-\x7e]{1,200}$"


class IdempotencyKeyMissing(Refusal):
    """Send an Idempotency-Key header (1 to 200 visible characters), the same with every repeat of this request."""

    status: ClassVar = 400
    code: ClassVar = "idempotency_key_missing"


class IdempotencyKeyReused(Refusal):
    """This Idempotency-Key was used with another body: use a new key for a new request."""

    status: ClassVar = 422
    code: ClassVar = "idempotency_key_reused"


class RequestUnderWay(Refusal):
    """A request with this Idempotency-Key is being worked on: send it again in a moment to get its answer."""

    code: ClassVar = "request_under_way"
    retry_after_seconds: ClassVar = 1


def idempotency_key(request: Request) -> str:
    """Raises IdempotencyKeyMissing."""
    key = request.headers.get("Idempotency-Key", "")
    if not re.fullmatch(KEY_PATTERN, key):
        raise IdempotencyKeyMissing()
    return key
