"""A record that fails goes aside with the later records of its key; other keys go on.

The first of them is tried again with growing waits; after CONSUMER_TRIES_MAX it is parked until a person acts.
Whoever diverts, retries or releases locks the one DivertedKey row of the key.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterable
from contextlib import suppress

from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Least, Now

from flextx.clock import database_now
from flextx.conf import flextx_settings
from flextx.errors import KilledItsConsumer, NeedsPerson, Refusal, UnreadableRecord
from flextx.inbox import sql
from flextx.inbox.handling import handle
from flextx.inbox.models import DivertedKey, DivertedRecord
from flextx.inbox.reading import Readable, read_record
from flextx.inbox.stored import printable, record_of, row_of, stored_key
from flextx.outages import RETRY_ALL
from flextx.transactions import atomic
from flextx.transports.protocol import Record

logger = logging.getLogger(__name__)
_RETRIED_TOGETHER_MAX = 100
# Trying again cannot help: these are parked at once.
_DEFINITE = (NeedsPerson, Refusal, UnreadableRecord, KilledItsConsumer)
_LEFT = (DivertedRecord.State.WAITING, DivertedRecord.State.PARKED)
_ERROR_CHARACTERS_MAX = 10_000


def diverted_keys(consumer: str, keys: Iterable[str]) -> set[str]:
    """Of these keys, the ones whose records go aside; locked, so that none is released meanwhile."""
    wanted = sorted({stored_key(key) for key in keys})
    rows = DivertedKey.objects.select_for_update().filter(consumer=consumer, key__in=wanted)
    return {row.key for row in rows.order_by("key")}


def divert(consumer: str, record: Record, error: Exception | None = None) -> None:
    """Put a record aside: the one that failed, with its `error`, or one that follows it."""
    row = _reopened(row_of(consumer, record))
    if row is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(sql.DIVERT_KEY, {"consumer": consumer, "key": row.key, "wait_seconds": 0})
    if error is not None:
        _note_failure(row, error)
    row.save()


def _reopened(row: DivertedRecord) -> DivertedRecord | None:
    """Read again, it is here already: what was handled is open once more; what a person gave up stays given up, and
    what is open is not tried out of turn."""
    where = {"consumer": row.consumer, "topic": row.topic, "partition": row.partition, "offset": row.offset}
    known = DivertedRecord.objects.select_for_update().filter(**where).first()
    if known is None:
        return row
    if known.state != DivertedRecord.State.HANDLED:
        return None
    known.state, known.tries, known.handled_at = DivertedRecord.State.WAITING, 0, None
    return known


def retry_due_key(consumer: str, member: str) -> bool:
    """Try the records of one due key again, in order; False when no key is due. Releases the key once none is left.

    `member`: as in flextx.inbox.deaths. What was under way in a death is tried again one record at a time.
    """
    lease_seconds = flextx_settings().consumer_lease_seconds
    with connection.cursor() as cursor:
        cursor.execute(sql.CLAIM_DUE_KEY, {"consumer": consumer, "member": member, "lease_seconds": lease_seconds})
        row = cursor.fetchone()
    if row is None:
        return False
    try:
        _retry_key(consumer, row[0], member, deaths=row[1])
    except RETRY_ALL:
        _outlived(consumer, row[0], member)
        raise
    return True


def _outlived(consumer: str, key: str, member: str) -> None:
    """An outage is no death: whoever lived through it takes its note back, if it can."""
    with suppress(*RETRY_ALL):
        DivertedKey.objects.filter(consumer=consumer, key=key, trying_by=member).update(trying_by="")


@atomic("inbox.retry")
def _retry_key(consumer: str, key: str, member: str, deaths: int) -> None:
    mine = DivertedKey.objects.select_for_update().filter(consumer=consumer, key=key, trying_by=member)
    if not mine:  # an operator's or a successor's since
        return
    waiting = DivertedRecord.objects.filter(consumer=consumer, key=key, state__in=_LEFT).order_by("id")
    for record in waiting[: 1 if deaths else _RETRIED_TOGETHER_MAX]:
        if deaths >= flextx_settings().consumer_deaths_max:
            _note_failure(record, KilledItsConsumer((KilledItsConsumer.__doc__ or "").strip()))
            record.save()
            return
        if not _retry(record):
            return
    if waiting.exists():
        # One went well: what comes next is tried alone, and has died of nothing yet.
        mine.update(due_at=Now(), trying_by="", deaths=Least(F("deaths"), Value(1)))
    else:
        DivertedKey.objects.filter(consumer=consumer, key=key).delete()


def _retry(row: DivertedRecord) -> bool:
    try:
        with transaction.atomic():
            readable = read_record(record_of(row))
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
    policy = flextx_settings().consumer_policy
    row.tries += 1
    row.reason = "deaths" if isinstance(error, KilledItsConsumer) else type(error).__name__[:100]
    row.last_error = printable("".join(traceback.format_exception(error)))[-_ERROR_CHARACTERS_MAX:]
    parked = isinstance(error, _DEFINITE) or row.tries >= policy.tries_max
    wait_seconds = policy.wait_seconds(row.tries)
    if parked:
        row.state, row.parked_at = DivertedRecord.State.PARKED, database_now()
        DivertedKey.objects.filter(consumer=row.consumer, key=row.key).update(due_at=None, trying_by="", deaths=0)
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
