"""`CoinsCredited` as the account service would send it, delivered through the real inbox."""

import itertools
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from uuid_utils.compat import uuid7

from contracts import ACCOUNT_EVENTS, CoinsCredited
from flextx.envelope import Envelope
from flextx.inbox.position import start_position
from flextx.inbox.process import process_batch
from flextx.tracing import new_traceparent
from flextx.transports.protocol import Batch, Record
from order_service.recharge.models import Order

CONSUMER = "order-service"
LOG_ID = "the-log"
PARTITION = 3
_offsets = itertools.count()


def credit_of(order: Order, **changes: Any) -> CoinsCredited:
    told = {
        "order_no": order.order_no,
        "owner_id": order.owner_id,
        "asset": "COIN",
        "coins": order.coins,
        "transfer_ids": (uuid4(),),
        "consumer": "account-service",
        "cause_event_id": uuid7(),
        "cause_topic": "order.events",
        "cause_partition": 5,
        "cause_offset": 41,
        "received_at": datetime(2026, 11, 21, 8, 0, 0, 200_000, UTC),
        "credited_at": datetime(2026, 11, 21, 8, 0, 0, 210_000, UTC),
    }
    return CoinsCredited.model_validate(told | changes)


def record_of(event: CoinsCredited, *, event_id: UUID | None = None) -> Record:
    """At the next offset of the one partition of these stories."""
    envelope = Envelope(
        event_id=event_id or uuid7(),
        event_type=event.event_type,
        event_version=event.event_version,
        source="account-service",
        occurred_at=datetime(2026, 11, 21, 8, 0, 0, 205_000, UTC),
        sequence=1,
        traceparent=new_traceparent(),
        causation_id=event.cause_event_id,
    )
    return Record(ACCOUNT_EVENTS, PARTITION, next(_offsets), event.order_no, envelope.headers(), event.body())


def deliver(*records: Record) -> None:
    """What the consumer does with a batch it has read."""
    batch = Batch(ACCOUNT_EVENTS, PARTITION, 0, records)
    start_position(CONSUMER, LOG_ID, batch.topic, batch.partition, 0)
    assert process_batch(batch, consumer=CONSUMER, log_id=LOG_ID) == batch.next_offset
