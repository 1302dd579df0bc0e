"""Where a consumer stands, kept beside its effects and not only at the broker."""

from __future__ import annotations

from django.db import connection

from flextx.errors import LogChanged
from flextx.inbox import sql
from flextx.inbox.models import InboxPosition
from flextx.transports.protocol import Batch


def start_position(consumer: str, log_id: str, topic: str, partition: int) -> int | None:
    """The offset to read first; None when this partition was never read. Raises LogChanged."""
    row = InboxPosition.objects.filter(consumer=consumer, topic=topic, partition=partition).first()
    if row is None:
        return None
    _check_log(row.log_id, log_id, topic)
    return row.next_offset


def lock_position(batch: Batch, consumer: str, log_id: str) -> int:
    """Lock the row that serialises this partition for this consumer; the answer is the next offset it wants.

    Everything else in the transaction is locked after it. Raises LogChanged.
    """
    where: dict[str, str | int] = {"consumer": consumer, "topic": batch.topic, "partition": batch.partition}
    with connection.cursor() as cursor:
        cursor.execute(sql.LOCK_POSITION, where)
        row = cursor.fetchone()
        if row is None:
            cursor.execute(sql.KNOW_POSITION, {**where, "log_id": log_id})
            cursor.execute(sql.LOCK_POSITION, where)
            row = cursor.fetchone()
    stored_log_id, next_offset = row
    _check_log(stored_log_id, log_id, batch.topic)
    return int(next_offset)


def advance_position(batch: Batch, consumer: str) -> None:
    """The whole batch is dealt with, in the transaction of its effects."""
    where: dict[str, str | int] = {"consumer": consumer, "topic": batch.topic, "partition": batch.partition}
    with connection.cursor() as cursor:
        cursor.execute(sql.ADVANCE_POSITION, {**where, "next_offset": batch.next_offset})


def _check_log(stored: str, current: str, topic: str) -> None:
    if stored != current:
        raise LogChanged(
            f"positions in {topic} belong to log {stored}, but this is log {current}. If the old log was read to its"
            " end, delete this consumer's rows of flextx_inbox_inboxposition and start again: the inbox and the"
            " business ids absorb what is read twice. If it was not, point this service at the old log first."
        )
