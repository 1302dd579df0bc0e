"""Read a range of the log again, through the same inbox, beside whoever consumes: no position moves.

What was handled before is absorbed; what was lost is handled; what fails goes aside as ever.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import ClassVar

from django.db import transaction

from flextx.conf import flextx_settings
from flextx.errors import Refusal
from flextx.inbox.models import InboxPosition
from flextx.inbox.position import check_log
from flextx.inbox.process import handle_one_by_one, handle_together
from flextx.outages import RETRY_ALL
from flextx.transports.protocol import Record, Transport


class NotInTheLog(Refusal):
    """The log does not hold this range."""

    status: ClassVar = 400
    code: ClassVar = "not_in_the_log"


@dataclass(frozen=True, slots=True)
class Replayed:
    """Of one partition: [start, end) was read again. `handled` was new to the inbox, `absorbed` was known, `diverted`
    went or is aside, `skipped` is of types that nobody here handles."""

    topic: str
    partition: int
    start: int
    end: int
    handled: int = 0
    absorbed: int = 0
    diverted: int = 0
    skipped: int = 0

    def and_also(self, done: Counter[str]) -> Replayed:
        return replace(self, **{name: getattr(self, name) + count for name, count in done.items()})


def replay(log: Transport, *, topic: str, partition: int, start: int, end: int) -> Replayed:
    """Handle [start, end) of one partition once more, up to what this service has read: the rest is its consumer's.

    Raises NotInTheLog, LogChanged, and what RETRY_ALL names: then do it again, what was done is absorbed.
    """
    consumer = flextx_settings().source
    earliest, _ = log.bounds(topic).get(partition, (0, -1))
    position = InboxPosition.objects.filter(consumer=consumer, topic=topic, partition=partition).first()
    if position is None:
        raise NotInTheLog(f"{consumer} has read nothing of {topic}/{partition}: its consumer will.")
    check_log(position.log_id, log.log_id(), topic)
    if not earliest <= start <= end:
        raise NotInTheLog(f"{topic}/{partition} holds nothing before {earliest}, and you asked for {start} to {end}.")
    done = Replayed(topic, partition, start, max(start, min(end, position.next_offset)))
    for records in _portions(log.read(topic, partition, start, done.end)):
        done = done.and_also(_again(records, consumer))
    return done


def _portions(records: Iterator[Record]) -> Iterator[list[Record]]:
    while portion := list(islice(records, flextx_settings().consumer_batch_max)):
        yield portion


def _again(records: list[Record], consumer: str) -> Counter[str]:
    """As for a batch: together, and if that fails one by one, to find out which it was."""
    try:
        with _beside_its_consumer(records[0], consumer):
            return handle_together(records, consumer)
    except RETRY_ALL:
        raise
    except Exception:
        with _beside_its_consumer(records[0], consumer):
            return handle_one_by_one(records, consumer)


@contextmanager
def _beside_its_consumer(record: Record, consumer: str) -> Iterator[None]:
    """A transaction that holds the partition's position, as the consumer's own would, and leaves it where it is."""
    mine = InboxPosition.objects.select_for_update().filter(consumer=consumer, topic=record.topic)
    with transaction.atomic():
        mine.get(partition=record.partition)
        yield
