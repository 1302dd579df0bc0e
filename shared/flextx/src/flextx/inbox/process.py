"""One batch of one partition, one transaction: position, inbox rows and effects commit together or not at all."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from django.db import transaction

from flextx.envelope import Envelope
from flextx.errors import KilledItsConsumer, LogChanged, UnreadableRecord
from flextx.inbox.diversion import divert, diverted_keys
from flextx.inbox.handling import handle
from flextx.inbox.position import advance_position, lock_position
from flextx.inbox.reading import Readable, count_skipped, read_record
from flextx.inbox.stored import stored_key
from flextx.logs import about
from flextx.metrics.counting import DUPLICATES_ABSORBED, FENCE_MISSES
from flextx.outages import RETRY_ALL
from flextx.transactions import atomic
from flextx.transports.protocol import Batch, Record

logger = logging.getLogger(__name__)
_Handle = Callable[[str, Sequence[Readable]], int]


def process_batch(batch: Batch, *, consumer: str, log_id: str) -> int:
    """Handle what this consumer has not handled; the answer is the offset to read next.

    It is lower than the batch when the stored position was set back, for a replay or by a restored database, and
    higher when a successor dealt with more than this batch meanwhile: then nothing is done here.
    A failing batch is done again record by record, so that only the failing one and what follows it of its key go
    aside. Raises what RETRY_ALL names (try again later) and LogChanged (do not go on).
    """
    try:
        return _process_together(batch, consumer, log_id)
    except (*RETRY_ALL, LogChanged):
        raise
    except Exception:  # whatever a handler raises; the record-by-record run finds out which and says why
        logger.warning("batch %s/%s from %s fails as a whole", batch.topic, batch.partition, batch.asked_from)
        return _process_one_by_one(batch, consumer, log_id)


@atomic("inbox.batch")
def _process_together(batch: Batch, consumer: str, log_id: str) -> int:
    position = lock_position(batch, consumer, log_id)
    if not batch.asked_from <= position < batch.next_offset:
        FENCE_MISSES.add(1, "inbox_position")
        return position
    handle_together(batch.records_from(position), consumer)
    advance_position(batch, consumer)
    return batch.next_offset


def handle_together(records: list[Record], consumer: str) -> Counter[str]:
    """In the caller's transaction, which locked the position; raises whatever a handler raises.

    The answer counts what was `handled`, `absorbed`, `diverted` and `skipped`.
    """
    done: Counter[str] = Counter()
    aside = diverted_keys(consumer, (record.key for record in records))
    readables = list(_readable(records, consumer, aside, done))
    done["absorbed"] = handle(consumer, readables)
    done["handled"] = len(readables) - done["absorbed"]
    DUPLICATES_ABSORBED.add(done["absorbed"], "record")
    return done


def park_killer(batch: Batch, *, consumer: str, log_id: str) -> int:
    """As `process_batch`, for one record that goes on killing its consumer: it goes aside without being handled."""
    return _process_one_by_one(batch, consumer, log_id, _refuse_to_handle)


@atomic("inbox.split")
def _process_one_by_one(batch: Batch, consumer: str, log_id: str, handle_one: _Handle = handle) -> int:
    position = lock_position(batch, consumer, log_id)
    if not batch.asked_from <= position < batch.next_offset:
        FENCE_MISSES.add(1, "inbox_position")
        return position
    handle_one_by_one(batch.records_from(position), consumer, handle_one)
    advance_position(batch, consumer)
    return batch.next_offset


def handle_one_by_one(records: list[Record], consumer: str, handle_one: _Handle = handle) -> Counter[str]:
    """The same, but a record that fails goes aside with what follows of its key."""
    done: Counter[str] = Counter()
    aside = diverted_keys(consumer, (record.key for record in records))
    for readable in _readable(records, consumer, aside, done):
        outcome = _handle_alone(consumer, readable, handle_one)
        done[outcome] += 1
        if outcome == "diverted":
            aside.add(stored_key(readable.record.key))  # seen by the loop: what follows of this key goes aside
    DUPLICATES_ABSORBED.add(done["absorbed"], "record")
    return done


def _refuse_to_handle(consumer: str, readables: Sequence[Readable]) -> int:
    raise KilledItsConsumer((KilledItsConsumer.__doc__ or "").strip())


def _handle_alone(consumer: str, readable: Readable, handle_one: _Handle) -> str:
    try:
        with about(key=readable.record.key, event_id=readable.envelope.event_id), transaction.atomic():
            return "absorbed" if handle_one(consumer, [readable]) else "handled"
    except RETRY_ALL:
        raise
    except Exception as error:  # this record's own failure, whatever it is
        divert(consumer, readable.record, error)
        return "diverted"


def _readable(records: list[Record], consumer: str, aside: set[str], done: Counter[str]) -> Iterator[Readable]:
    """The events to handle. What cannot be read, and whatever belongs to a key that goes aside, is diverted."""
    skipped: Counter[str] = Counter()
    for record in records:
        read = _read_or_divert(consumer, record, aside)
        if isinstance(read, Readable):
            yield read
        elif isinstance(read, Envelope):
            skipped[read.event_type] += 1
        else:
            done["diverted"] += 1
    done["skipped"] = skipped.total()
    count_skipped(consumer, skipped)


def _read_or_divert(consumer: str, record: Record, aside: set[str]) -> Readable | Envelope | None:
    if stored_key(record.key) in aside:
        divert(consumer, record)
        return None
    try:
        return read_record(record)
    except UnreadableRecord as error:
        divert(consumer, record, error)
        aside.add(stored_key(record.key))
        return None
