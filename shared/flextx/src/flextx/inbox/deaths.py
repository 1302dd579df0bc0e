"""What a consumer has under way is noted down before it is done, so that a record that kills its consumer is found.

A note that somebody else left and never took back is a death. After some of them the batch's records run one by one;
the record that goes on killing is then alone, and is parked. An outage is no death: whoever lived through it finds its
own note.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from flextx.conf import flextx_settings
from flextx.errors import TransportUnavailable
from flextx.inbox import sql
from flextx.inbox.process import park_killer, process_batch
from flextx.transactions import atomic
from flextx.transports.protocol import Batch

_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class _Note:
    alone: bool
    deaths: int


def process_noted(batch: Batch, *, consumer: str, log_id: str, member: str) -> int:
    """As `process_batch`. `member` is unique to this process: its successor of the same name has another."""
    if not _note(batch, consumer, member).alone:
        return process_batch(batch, consumer=consumer, log_id=log_id)
    for single in batch.one_by_one():
        note = _note(single, consumer, member)
        done = park_killer if note.deaths >= flextx_settings().consumer_deaths_max else process_batch
        next_offset = done(single, consumer=consumer, log_id=log_id)
        if next_offset != single.next_offset:
            return next_offset
    return batch.next_offset


def forget_notes(consumer: str, member: str) -> None:
    """This process has nothing under way: it stops, or starts over after an outage."""
    with connection.cursor() as cursor:
        cursor.execute(sql.FORGET_UNDER_WAY, {"consumer": consumer, "member": member})
        cursor.execute(sql.FORGET_KEYS_UNDER_WAY, {"consumer": consumer, "member": member})


def _note(batch: Batch, consumer: str, member: str) -> _Note:
    """In a transaction of its own, before the batch's. Raises TransportUnavailable, to start over, if the row is gone
    or somebody else keeps on taking the partition."""
    where: dict[str, str | int] = {
        "consumer": consumer,
        "topic": batch.topic,
        "partition": batch.partition,
        "member": member,
    }
    for _ in range(_ATTEMPTS):
        with connection.cursor() as cursor:
            cursor.execute(sql.NOTE_UNDER_WAY, where | {"until": batch.next_offset})
            row = cursor.fetchone()
        if row is not None:
            return _Note(alone=row[0], deaths=row[1])
        _count_death(where)
    raise TransportUnavailable(f"the position row of {batch.topic}/{batch.partition} is gone or taken by another")


@atomic("inbox.death")
def _count_death(where: dict[str, str | int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.COUNT_DEATH, where | {"deaths_max": flextx_settings().consumer_deaths_max})
