"""A record that fails goes aside with the later records of its key; other keys go on.

The first of them is tried again with growing waits; after CONSUMER_TRIES_MAX it is parked until a person acts.
Whoever diverts, retries or releases locks the one DivertedKey row of the key.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterable

from django.db import connection, transaction

from flextx.backoff import backoff_seconds
from flextx.clock import database_now
from flextx.conf import flextx_settings
from flextx.errors import NeedsPerson, Refusal, UnreadableRecord
from flextx.inbox import sql
from flextx.inbox.handling import handle
from flextx.inbox.models import DivertedKey, DivertedRecord
from flextx.inbox.reading import Readable, read_record
from flextx.outages import RETRY_ALL
from flextx.transactions import atomic
from flextx.transports.protocol import Record

logger = logging.getLogger(__name__)
_RETRIED_TOGETHER_MAX = 100
# Trying again cannot help: these are parked at once.
_DEFINITE = (NeedsPerson, Refusal, UnreadableRecord)


def diverted_keys(consumer: str, keys: Iterable[str]) -> set[str]:
    """Of these keys, the ones whose records go aside; locked, so that none is released meanwhile."""
    rows = DivertedKey.objects.select_for_update().filter(consumer=consumer, key__in=sorted(set(keys)))
    return {row.key for row in rows.order_by("key")}


def divert(consumer: str, record: Record, error: Exception | None = None) -> None:
    """Put a record aside: the one that failed, with its `error`, or one that follows it."""
    row = DivertedRecord(
        consumer=consumer,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        headers=[[name, value.decode(errors="replace")] for name, value in record.headers],
        body=record.body,
    )
    with connection.cursor() as cursor:
        cursor.execute(sql.DIVERT_KEY, {"consumer": consumer, "key": record.key, "wait_seconds": 0})
    if error is not None:
        _note_failure(row, error)
    # Read again after a replay it is here already, in whatever state it reached since.
    DivertedRecord.objects.bulk_create([row], ignore_conflicts=True)


@atomic("inbox.retry")
def retry_due_key(consumer: str) -> bool:
    """Try the records of one due key again, in order; False when no key is due. Releases the key once none is left."""
    with connection.cursor() as cursor:
        cursor.execute(sql.TAKE_DUE_KEY, {"consumer": consumer})
        row = cursor.fetchone()
    if row is None:
        return False
    waiting = DivertedRecord.objects.filter(consumer=consumer, key=row[0]).exclude(state="handled").order_by("id")
    for record in waiting[:_RETRIED_TOGETHER_MAX]:
        if not _retry(record):
            return True
    if not waiting.exists():
        DivertedKey.objects.filter(consumer=consumer, key=row[0]).delete()
    return True


def _retry(row: DivertedRecord) -> bool:
    try:
        with transaction.atomic():
            readable = read_record(_record(row))
            if isinstance(readable, Readable):
                handle(row.consumer, [readable])
    except RETRY_ALL:
        raise
    except Exception as error:  # whatever a handler raises is this record's own failure
        _note_failure(row, error)
        row.save()
        return False
    row.state, row.handled_at = DivertedRecord.State.HANDLED, database_now()
    row.save()
    return True


def _note_failure(row: DivertedRecord, error: Exception) -> None:
    conf = flextx_settings()
    row.tries += 1
    row.reason = type(error).__name__
    row.last_error = "".join(traceback.format_exception(error))[-10_000:].replace("\x00", "")
    parked = isinstance(error, _DEFINITE) or row.tries >= conf.consumer_tries_max
    wait_seconds = backoff_seconds(
        row.tries, first_seconds=conf.retry_first_seconds, seconds_max=conf.retry_seconds_max
    )
    if parked:
        row.state = DivertedRecord.State.PARKED
        DivertedKey.objects.filter(consumer=row.consumer, key=row.key).update(due_at=None)
    else:
        with connection.cursor() as cursor:
            cursor.execute(sql.POSTPONE_KEY, {"consumer": row.consumer, "key": row.key, "wait_seconds": wait_seconds})
    logger.error(
        "record %s/%s/%s of key %s failed (try %s, %s): %s",
        row.topic,
        row.partition,
        row.offset,
        row.key,
        row.tries,
        "parked" if parked else f"again in {wait_seconds:.1f} s",
        error,
    )


def _record(row: DivertedRecord) -> Record:
    headers = [(name, value.encode()) for name, value in row.headers]
    return Record(row.topic, row.partition, row.offset, row.key, headers, bytes(row.body))
