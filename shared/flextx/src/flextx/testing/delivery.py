"""Events handed to the real inbox, as if a consumer had just read them from the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from flextx.conf import flextx_settings
from flextx.envelope import Envelope
from flextx.event import Event
from flextx.inbox.position import start_position
from flextx.inbox.process import process_batch
from flextx.outbox.publish import physical_topic
from flextx.tracing import new_traceparent
from flextx.transports.protocol import Batch, Record

LOG_ID = "a log for tests"


def deliver(*events: Event, key: str = "a-key", event_ids: Sequence[UUID] | None = None) -> list[UUID]:
    """Process the events as one batch at the next offsets of partition 0 of their topic; their event ids come back.

    What a handler raises does not come out: the record goes aside, as it would in production. To deliver the same
    events again, pass the ids that the first call gave.
    """
    ids = list(event_ids) if event_ids is not None else [uuid7() for _ in events]
    consumer, topic = flextx_settings().source, physical_topic(events[0].topic)
    offset = start_position(consumer, LOG_ID, topic, 0, 0)
    records = tuple(
        Record(topic, 0, offset + number, key, _envelope(event, event_id, number).headers(), event.body())
        for number, (event, event_id) in enumerate(zip(events, ids, strict=True))
    )
    batch = Batch(topic, 0, asked_from=offset, records=records)
    process_batch(batch, consumer=consumer, log_id=LOG_ID)
    return ids


def _envelope(event: Event, event_id: UUID, number: int) -> Envelope:
    return Envelope(
        event_id=event_id,
        event_type=event.event_type,
        event_version=event.event_version,
        source="tests",
        occurred_at=datetime.now(UTC),
        sequence=number + 1,
        traceparent=new_traceparent(),
    )
