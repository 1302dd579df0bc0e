"""What caused what: the W3C trace and the causing event, carried from request or record to the outbox row."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

# https://www.w3.org/TR/trace-context/#traceparent-header
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class Cause:
    """The trace a piece of work belongs to and, in a consumer, the event that caused it."""

    traceparent: str
    event_id: UUID | None = None


_current: ContextVar[Cause | None] = ContextVar("flextx_cause", default=None)


def current_cause() -> Cause:
    """The cause of what runs now; outside any request or record a new trace."""
    return _current.get() or Cause(traceparent=new_traceparent())


@contextmanager
def caused_by(cause: Cause) -> Iterator[None]:
    """Whatever is published inside carries this cause."""
    token = _current.set(cause)
    try:
        yield
    finally:
        _current.reset(token)


def new_traceparent() -> str:
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def valid_traceparent(text: str) -> str:
    """`text` if it is a traceparent, else a new one: a caller's broken header must not break the caller."""
    return text if _TRACEPARENT.fullmatch(text) else new_traceparent()
