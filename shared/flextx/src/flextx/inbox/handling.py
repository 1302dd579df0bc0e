"""Take events in and run their handlers, all in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.db import connection

from flextx.event import Event
from flextx.inbox import sql
from flextx.inbox.reading import Readable
from flextx.inbox.registry import BatchHandler, Delivery


def handle(consumer: str, readables: Sequence[Readable]) -> int:
    """Handle what was not seen before, in order; the answer is how many duplicates were dropped.

    Consecutive events with the same handler go to it as one batch.
    """
    received_at = take_in(consumer, readables)
    fresh = _first_of_each(readables, received_at)
    for handler, run in groupby(fresh, key=_handler):
        handler([Delivery(r.event, r.envelope, r.record, consumer, received_at[r.envelope.event_id]) for r in run])
    return len(readables) - len(fresh)


def _handler(readable: Readable) -> BatchHandler[Event]:
    return readable.handler


def take_in(consumer: str, readables: Sequence[Readable]) -> dict[UUID, datetime]:
    """Insert the inbox rows, in one order everywhere so that two batches cannot deadlock; those inserted come back."""
    if not readables:
        return {}
    rows = sorted(readables, key=lambda readable: readable.envelope.event_id)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.TAKE_IN,
            {
                "consumer": consumer,
                "event_ids": [row.envelope.event_id for row in rows],
                "event_types": [row.envelope.event_type for row in rows],
                "event_versions": [row.envelope.event_version for row in rows],
                "topics": [row.record.topic for row in rows],
                "partitions": [row.record.partition for row in rows],
                "offsets": [row.record.offset for row in rows],
                "keys": [row.record.key for row in rows],
                "sequences": [row.envelope.sequence for row in rows],
                "causation_ids": [row.envelope.causation_id for row in rows],
            },
        )
        return dict(cursor.fetchall())


def _first_of_each(readables: Sequence[Readable], inserted: dict[UUID, datetime]) -> list[Readable]:
    """The new ones, once each: a batch may hold the same event twice."""
    first: dict[UUID, Readable] = {}
    for readable in readables:
        if readable.envelope.event_id in inserted:
            first.setdefault(readable.envelope.event_id, readable)
    return list(first.values())
