"""Where a consumer stands, kept beside its effects and not only at the broker."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from flextx.errors import LogChanged, TransportUnavailable
from flextx.inbox import sql
from flextx.transports.protocol import Batch


def start_position(consumer: str, log_id: str, topic: str, partition: int, earliest: int) -> int:
    """The offset to read first; a partition never read before is begun at the earliest. Raises LogChanged."""
    where: dict[str, Any] = {"consumer": consumer, "topic": topic, "partition": partition}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.KNOW_POSITION, {**where, "log_id": log_id, "next_offset": earliest})
        cursor.execute(sql.LOCK_POSITION, where)
        stored_log_id, next_offset = cursor.fetchone()
    check_log(stored_log_id, log_id, topic)
    return int(next_offset)


def lock_position(batch: Batch, consumer: str, log_id: str) -> int:
    """Lock the row that serialises this partition for this consumer; the answer is the next offset it wants.

    Everything else in the transaction is locked after it. Raises LogChanged; and TransportUnavailable, which makes the
    consumer start over, when somebody deleted the row meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql.LOCK_POSITION, {"consumer": consumer, "topic": batch.topic, "partition": batch.partition})
        row = cursor.fetchone()
    if row is None:
        raise TransportUnavailable(f"the position row of {batch.topic}/{batch.partition} is gone")
    stored_log_id, next_offset = row
    check_log(stored_log_id, log_id, batch.topic)
    return int(next_offset)


def advance_position(batch: Batch, consumer: str) -> None:
    """The whole batch is dealt with, in the transaction of its effects."""
    where: dict[str, Any] = {"consumer": consumer, "topic": batch.topic, "partition": batch.partition}
    with connection.cursor() as cursor:
        cursor.execute(sql.ADVANCE_POSITION, {**where, "next_offset": batch.next_offset})


def check_log(stored: str, current: str, topic: str) -> None:
    """Raises LogChanged, saying how to go on."""
    if stored != current:
        raise LogChanged(
            f"positions in {topic} belong to log {stored}, but this is log {current}. Run `prepare` with the old log"
            " still reachable: it changes over once everything in the old log was read"
        )
