"""From a record's bytes to an event this service knows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from django.db import connection
from pydantic import ValidationError

from flextx.envelope import Envelope, read_envelope
from flextx.errors import UnknownVersion, UnreadableRecord
from flextx.event import Event
from flextx.inbox import sql
from flextx.inbox.registry import BatchHandler, knows_type, route_of
from flextx.inbox.stored import KEY_CHARACTERS_MAX, storable
from flextx.tracing import valid_traceparent
from flextx.transports.protocol import Record


@dataclass(frozen=True, slots=True)
class Readable:
    """A record that is an event somebody here handles."""

    record: Record
    envelope: Envelope
    event: Event
    handler: BatchHandler[Event]


def read_record(record: Record) -> Readable | Envelope:
    """The event; or only its envelope when nobody here handles the type. Raises UnreadableRecord, UnknownVersion."""
    told = read_envelope(record.headers)
    _check_storable(record, told)
    envelope = replace(told, traceparent=valid_traceparent(told.traceparent))  # a broken trace breaks nobody's money
    route = route_of(envelope.event_type, envelope.event_version)
    if route is not None:
        return Readable(record, envelope, _read_body(route.event_class, record), route.handler)
    if knows_type(envelope.event_type):
        raise UnknownVersion(f"{envelope.event_type} version {envelope.event_version} is not known here yet")
    return envelope


def _check_storable(record: Record, envelope: Envelope) -> None:
    """What the inbox and whoever is told of it keep: of a kind and size that our own publisher can have written."""
    wrong = [
        name
        for name, good in (
            ("key", storable(record.key, KEY_CHARACTERS_MAX)),
            ("ce_type", storable(envelope.event_type, 100) and 0 < envelope.event_version < 2**31),
            ("ce_source", storable(envelope.source, 100)),
            ("ce_time", envelope.occurred_at.tzinfo is not None and 1 < envelope.occurred_at.year < 9999),
            ("ce_sequence", 0 <= envelope.sequence < 2**63),
        )
        if not good
    ]
    if wrong:
        raise UnreadableRecord(f"what our own publisher cannot have sent: {', '.join(wrong)}")


def _read_body(event_class: type[Event], record: Record) -> Event:
    try:
        return event_class.model_validate_json(record.body)
    except ValidationError as invalid:
        fields = ", ".join(".".join(map(str, error["loc"])) or "body" for error in invalid.errors())
        raise UnreadableRecord(f"{event_class.__name__} does not hold what it should: {fields}") from invalid


def count_skipped(consumer: str, event_types: Counter[str]) -> None:
    """Nobody handles these here, which is normal; that it stays visible is why they are counted."""
    with connection.cursor() as cursor:
        for event_type, skipped in sorted(event_types.items()):
            cursor.execute(sql.COUNT_SKIPPED, {"consumer": consumer, "event_type": event_type, "skipped": skipped})
