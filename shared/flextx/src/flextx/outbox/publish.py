"""Announce what a transaction did: a row beside the change, so that both commit or neither does."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connections, transaction
from uuid_utils.compat import uuid7

from flextx.conf import flextx_settings
from flextx.crash_points import crash_point, register
from flextx.errors import OutsideTransaction, RecordTooLarge
from flextx.event import Event
from flextx.outbox import wakeup
from flextx.outbox.models import OutboxMessage
from flextx.tracing import Cause, current_cause

_AFTER_INSERT = register("outbox.insert.after", "the outbox row is written, the caller's transaction still open")


@dataclass(frozen=True, slots=True)
class Publication:
    """One event to publish.

    `key`: the aggregate's id; records of one key stay in order. `sequence`: the aggregate's own event counter, plus
    one per event, taken under the aggregate's lock. `cause`: what led to it; by default whatever runs now.
    """

    event: Event
    key: str
    sequence: int
    cause: Cause | None = None


def publish(event: Event, *, key: str, sequence: int, using: str = "default") -> None:
    """Store one event in the caller's transaction; a relay sends it after the commit. See `publish_all`."""
    publish_all([Publication(event, key, sequence)], using=using)


def publish_all(publications: Sequence[Publication], *, using: str = "default") -> None:
    """Store events in the caller's transaction, with one statement.

    Raises OutsideTransaction in autocommit, RecordTooLarge for a body over RECORD_BYTES_MAX, and the database's
    IntegrityError when a key's sequence was used before: the aggregate was not locked.
    """
    if not connections[using].in_atomic_block:
        raise OutsideTransaction("publish() needs an open transaction: call it inside transaction.atomic()")
    if publications:
        OutboxMessage.objects.using(using).bulk_create([_row(publication) for publication in publications])
        crash_point(_AFTER_INSERT)
        # The row alone guarantees the sending; this only spares a sleeping relay its wait.
        transaction.on_commit(lambda: wakeup.wake_sleepers(using), using=using, robust=True)


def _row(publication: Publication) -> OutboxMessage:
    event, cause = publication.event, publication.cause or current_cause()
    return OutboxMessage(
        event_id=uuid7(),
        topic=physical_topic(event.topic),
        key=publication.key,
        sequence=publication.sequence,
        bucket=bucket_of(publication.key),
        event_type=event.event_type,
        event_version=event.event_version,
        source=flextx_settings().source,
        traceparent=cause.traceparent,
        causation_id=cause.event_id,
        body=_checked_body(event),
    )


def physical_topic(topic: str) -> str:
    """The topic as the log knows it, with TOPIC_PREFIX; outbox, inbox and journey all name this one."""
    return flextx_settings().topic_prefix + topic


def bucket_of(key: str) -> int:
    """Which bucket a key belongs to: all of a key's events are always sent by one relay."""
    return zlib.crc32(key.encode()) % flextx_settings().relay_buckets


def _checked_body(event: Event) -> bytes:
    body, limit = event.body(), flextx_settings().record_bytes_max
    if len(body) > limit:
        raise RecordTooLarge(
            f"{event.event_type} has {len(body)} bytes, the transport takes {limit}: publish a reference"
        )
    return body
