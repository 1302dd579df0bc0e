"""Records put into the log directly, past any outbox."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event as Signal
from typing import Any
from uuid import UUID
from zlib import crc32

import psycopg
from uuid_utils.compat import uuid7

from flextx.conf import flextx_settings
from flextx.envelope import Envelope
from flextx.event import Event
from flextx.tracing import new_traceparent
from flextx.transports.choose import transport
from flextx.transports.embedded.connection import LogConnection
from flextx.transports.protocol import OutgoingRecord, SendResult
from tests.flextx.shop.events import ThingMade

PARTITIONS = 4


def keys_of_partition(partition: int, count: int) -> list[str]:
    """Some keys whose records all land in this partition."""
    keys = (f"thing-{number}" for number in range(1000))
    mine = [key for key in keys if crc32(key.encode()) % PARTITIONS == partition]
    return mine[:count]


def made(key: str, number: int = 1, *, event_id: UUID | None = None) -> OutgoingRecord:
    return outgoing(ThingMade(name=key, number=number), key, sequence=number, event_id=event_id)


def outgoing(event: Event, key: str, *, sequence: int = 1, event_id: UUID | None = None) -> OutgoingRecord:
    envelope = Envelope(
        event_id=event_id or uuid7(),
        event_type=event.event_type,
        event_version=event.event_version,
        source="shop",
        occurred_at=datetime.now(UTC),
        sequence=sequence,
        traceparent=new_traceparent(),
    )
    return OutgoingRecord(event.topic, key, envelope.headers(), event.body())


def append(*records: OutgoingRecord) -> list[SendResult]:
    producer = transport().producer()
    try:
        return producer.send(records)
    finally:
        producer.close()


class SlowCommit(LogConnection):
    """A connection whose transactions stay open, all written, until they are told to commit."""

    def __init__(self) -> None:
        super().__init__(flextx_settings())
        self.written, self.may_commit = Signal(), Signal()

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Cursor[Any]]:
        with super().transaction() as cursor:
            yield cursor
            self.written.set()
            self.may_commit.wait(timeout=10)
