"""Which function handles which event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from flextx.envelope import Envelope
from flextx.event import Event
from flextx.logs import about
from flextx.outbox.publish import physical_topic
from flextx.tracing import caused_by
from flextx.transports.protocol import Record

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Delivery(Generic[E]):
    """One event as it arrived. `received_at`: when this service took it in, by the database's clock."""

    event: E
    envelope: Envelope
    record: Record
    consumer: str
    received_at: datetime


BatchHandler = Callable[[list[Delivery[E]]], None]


@dataclass(frozen=True, slots=True)
class _Route:
    event_class: type[Event]
    handler: Callable[[list[Delivery[Event]]], None]


_routes: dict[tuple[str, int], _Route] = {}


def handles(event_class: type[E]) -> Callable[[BatchHandler[E]], BatchHandler[E]]:
    """Register a handler of batches. It runs inside the inbox transaction: 'seen' and its effects commit together.

    A batch holds consecutive events of one type, in the log's order. A second handler for the same event is refused.
    """

    def register(handler: BatchHandler[E]) -> BatchHandler[E]:
        route = (event_class.event_type, event_class.event_version)
        if route in _routes and _routes[route].handler is not handler:
            raise ValueError(f"{event_class.__name__} has a handler already")
        _routes[route] = _Route(event_class, handler)  # type: ignore[arg-type]  # E is what event_class reads
        return handler

    return register


def each(handler: Callable[[Delivery[E]], None]) -> BatchHandler[E]:
    """Adapter for a handler of single events: `@handles(X)` over `@each`. What it publishes names the event."""

    def handle_all(deliveries: list[Delivery[E]]) -> None:
        for delivery in deliveries:
            with (
                caused_by(delivery.envelope.cause),
                about(key=delivery.record.key, event_id=delivery.envelope.event_id),
            ):
                handler(delivery)

    return handle_all


def route_of(event_type: str, version: int) -> _Route | None:
    return _routes.get((event_type, version))


def knows_type(event_type: str) -> bool:
    """Does any version of this event have a handler?"""
    return any(known == event_type for known, _ in _routes)


def handled_topics() -> list[str]:
    """The topics to read, from the registered handlers."""
    return sorted({physical_topic(route.event_class.topic) for route in _routes.values()})
