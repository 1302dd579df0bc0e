"""Changing the message log, such as from the embedded one to Kafka: allowed once the old one was read to its end."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from flextx.conf import flextx_settings
from flextx.errors import LogChanged
from flextx.inbox.models import DivertedRecord, InboxPosition
from flextx.transports.choose import transport


def adopt_log() -> str | None:
    """Make the configured log this consumer's, if it is another than before. `prepare` calls it before anything runs.

    Returns what was done, or None. Raises LogChanged when the old log holds unread records or is not the one whose
    offsets are stored here; TransportUnavailable when it cannot be asked. Nothing is changed then.
    """
    current = transport().log_id()
    with transaction.atomic():
        positions = InboxPosition.objects.select_for_update().filter(consumer=flextx_settings().source)
        old = [position for position in positions.order_by("topic", "partition") if position.log_id != current]
        if not old:
            return None
        for log_id in {position.log_id for position in old}:
            _check_drained(log_id, [position for position in old if position.log_id == log_id])
        # Begun anew at the earliest record: if this log was read before, the inbox and the business ids absorb it.
        InboxPosition.objects.filter(pk__in=[position.pk for position in old]).delete()
        _set_apart(old[0].consumer)
    return f"changed over from {old[0].log_id} to {current}"


def _set_apart(consumer: str) -> None:
    """The old log's offsets will be given out again: what is aside must not be taken for the new log's records."""
    DivertedRecord.objects.filter(consumer=consumer, offset__gte=0).update(offset=-F("id"))


def _check_drained(log_id: str, positions: list[InboxPosition]) -> None:
    kind = log_id.partition(":")[0]
    log = transport(kind)
    if log.log_id() != log_id:
        raise LogChanged(f"the positions belong to {log_id}, but the {kind} log that is configured is {log.log_id()}")
    ends = log.end_offsets(sorted({position.topic for position in positions}))
    for position in positions:
        unread = ends.get((position.topic, position.partition), 0) - position.next_offset
        if unread > 0:
            raise LogChanged(
                f"{log_id} still holds {unread} unread records in {position.topic}/{position.partition}: start with"
                f" TRANSPORT={kind} until they are read, then change"
            )
