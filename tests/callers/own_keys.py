"""What no OpenAPI document can say: each request has an Idempotency-Key of its own.

Left alone, schemathesis sends one key with many bodies; that is refused with 422, as it should be.
"""

import re
from typing import Any
from uuid import uuid4

import schemathesis

from flextx.http.idempotency import KEY_PATTERN

KEY = "Idempotency-Key"


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """A well-formed key becomes a new one; a missing or malformed one stays, to be refused."""
    if case.meta and getattr(case.meta.phase.data, "parameter", "") == "Authorization":
        return  # tried without a token: an edited case would be judged as if it had one
    given = (case.headers or {}).get(KEY)
    if isinstance(given, str) and re.fullmatch(KEY_PATTERN, given):
        case.headers[KEY] = str(uuid4())
