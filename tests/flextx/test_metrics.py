"""`GET /metrics`: exact figures of planted states, for those who may read them, quick however much was sent."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from flextx.clock import database_now
from flextx.errors import TransportUnavailable
from flextx.inbox.models import DivertedRecord, InboxPosition, SkippedType
from flextx.metrics.counting import DUPLICATES_ABSORBED, FENCE_MISSES
from flextx.metrics.log_ends import LOG_SILENT_SECONDS, note_log_ends
from flextx.metrics.models import Count, LogEnd
from flextx.outbox.models import OutboxMessage
from flextx.recovery.models import Job
from flextx.transports.choose import transport
from flextx.workers.current import work_as
from flextx.workers.models import Heartbeat
from tests.flextx.shop.services import make

pytestmark = pytest.mark.usefixtures("shop")

Labels = dict[str, str]


def figures() -> dict[str, list[tuple[Labels, float]]]:
    """Name -> its samples, as a monitor on this machine reads them."""
    response = Client().get("/metrics")
    assert response.status_code == 200, response.content
    families = text_string_to_metric_families(response.content.decode())
    found: dict[str, list[tuple[Labels, float]]] = {}
    for family in families:
        assert family.documentation, family.name
        found.setdefault(family.name, [])
        for sample in family.samples:
            found.setdefault(sample.name, []).append((dict(sample.labels), sample.value))
    return found


def value(name: str, **labels: str) -> float:
    (found,) = (number for its, number in figures()[name] if its == labels)
    return found


def planted_message(key: str, state: str, age_seconds: float = 0) -> None:
    where: dict[str, Any] = {"sent_at": database_now(), "partition": 0, "offset": 0} if state == "sent" else {}
    OutboxMessage.objects.create(
        event_id=uuid4(),
        topic="shop.things",
        key=key,
        sequence=1,
        bucket=0,
        event_type="ThingMade",
        event_version=1,
        source="shop",
        traceparent="",
        body=b"{}",
        state=state,
        occurred_at=database_now() - timedelta(seconds=age_seconds),
        **where,
    )


def test_the_outbox_is_as_deep_and_as_old_as_what_is_not_sent() -> None:
    """Fault tried: `state = 'pending'` left out of the age's query."""
    planted_message("a", "sent", 900)
    planted_message("b", "pending", 300)
    planted_message("c", "pending", 30)
    planted_message("d", "parked", 600)

    assert value("flextx_outbox_messages", topic="shop.things", state="pending") == 2
    assert value("flextx_outbox_messages", topic="shop.things", state="parked") == 1
    assert value("flextx_outbox_messages", topic="shop.commands", state="pending") == 0
    assert 300 <= value("flextx_outbox_oldest_unsent_age_seconds", topic="shop.things") < 400
    assert value("flextx_outbox_oldest_unsent_age_seconds", topic="shop.replies") == 0


def test_a_message_that_goes_out_again_is_as_old_as_its_second_chance() -> None:
    """Fault tried: the age from `occurred_at` alone."""
    planted_message("a", "pending", 90_000)
    OutboxMessage.objects.update(resent=1, due_at=database_now() - timedelta(seconds=20))
    assert 20 <= value("flextx_outbox_oldest_unsent_age_seconds", topic="shop.things") < 100


def test_the_lag_is_the_end_of_the_log_less_the_stored_position() -> None:
    """Fault tried: partitions without a position left out (an inner join)."""
    note_log_ends(transport())
    LogEnd.objects.filter(topic="shop.things", partition=1).update(end_offset=50)
    LogEnd.objects.filter(topic="shop.things", partition=2).update(end_offset=7)
    InboxPosition.objects.create(consumer="shop", topic="shop.things", partition=1, log_id="x", next_offset=20)

    assert value("flextx_log_up") == 1
    assert value("flextx_consumer_lag_records", topic="shop.things", partition="1") == 30
    assert value("flextx_consumer_lag_records", topic="shop.things", partition="2") == 7  # never read
    assert value("flextx_consumer_lag_records", topic="shop.things", partition="0") == 0


def test_while_the_log_is_away_there_is_no_lag_and_it_is_said() -> None:
    """Fault tried: the age of what was noted not compared."""
    note_log_ends(transport())
    LogEnd.objects.update(seen_at=database_now() - timedelta(seconds=LOG_SILENT_SECONDS + 1))

    assert value("flextx_log_up") == 0
    assert figures()["flextx_consumer_lag_records"] == []


def test_a_log_that_does_not_answer_is_not_noted() -> None:
    from flextx.conf import flextx_settings
    from flextx.transports.embedded import EmbeddedLog

    nobody = flextx_settings().model_copy(update={"log_database_url": "postgresql://nobody@127.0.0.1:1/none"})
    with pytest.raises(TransportUnavailable):
        note_log_ends(EmbeddedLog(nobody))
    assert not LogEnd.objects.exists()


def test_what_waits_for_a_person_is_counted_by_kind() -> None:
    """Fault tried: handled records counted too."""
    for offset, state in enumerate(["waiting", "parked", "parked", "handled"]):
        DivertedRecord.objects.create(
            consumer="shop", topic="t", partition=0, offset=offset, key="k", headers=[], body=b"", state=state
        )
    now = database_now()
    for state, late_seconds in (("waiting", -60), ("waiting", 5), ("waiting", 90), ("parked", 0), ("done", 0)):
        due_at = now - timedelta(seconds=late_seconds)
        Job.objects.create(name="j", payload={}, policy={}, state=state, due_at=due_at)
    SkippedType.objects.create(consumer="shop", event_type="Odd", skipped=3)

    aside = {labels["state"]: number for labels, number in figures()["flextx_inbox_diverted_records"]}
    assert aside == {"waiting": 1, "parked": 2}
    jobs = {labels["state"]: number for labels, number in figures()["flextx_jobs"]}
    assert jobs == {"waiting": 3, "due": 2, "late": 1, "parked": 1}
    assert value("flextx_skipped_records_total", type="Odd") == 3


def test_workers_are_known_by_when_they_were_last_heard_of() -> None:
    """Fault tried: the age from `started_at`."""
    now = database_now()
    Heartbeat.objects.create(
        name="relay-1", kind="relay", pid=1, host="h", seconds_max=120,
        started_at=now - timedelta(seconds=1000), beat_at=now - timedelta(seconds=40),
    )  # fmt: skip
    assert 40 <= value("flextx_worker_heartbeat_age_seconds", worker="relay-1", kind="relay") < 100
    assert value("flextx_worker_start_time_seconds", worker="relay-1", kind="relay") == pytest.approx(
        now.timestamp() - 1000, abs=0.01
    )


def test_what_two_workers_counted_is_added_up_and_what_was_rolled_back_is_not() -> None:
    """Fault tried: a counter that is set instead of added to."""
    from django.db import transaction

    for worker, records in (("consumer-1", 2), ("consumer-2", 5), ("consumer-1", 1)):
        work_as(worker)
        DUPLICATES_ABSORBED.add(records, "record")
    with pytest.raises(RuntimeError), transaction.atomic():
        DUPLICATES_ABSORBED.add(100, "record")
        raise RuntimeError
    FENCE_MISSES.add(0, "job")
    work_as("")

    assert value("flextx_duplicates_absorbed_total", what="record") == 8
    assert value("flextx_duplicates_absorbed_total", what="reply") == 0
    assert value("flextx_fence_misses_total", what="outbox_mark") == 0
    assert Count.objects.count() == 2


def test_a_record_that_comes_twice_is_counted_as_absorbed() -> None:
    """Fault tried: the count in `_process_together` left out."""
    from flextx.inbox.process import process_batch
    from flextx.testing import relay_once
    from flextx.transports.protocol import Batch

    make("cup")
    relay_once()
    row = OutboxMessage.objects.get()
    record = transport().record_at(row.topic, row.partition or 0, row.offset or 0)
    assert record is not None
    InboxPosition.objects.create(
        consumer="shop", topic=record.topic, partition=record.partition, log_id="log", next_offset=record.offset
    )
    again = [record, record.__class__(record.topic, record.partition, record.offset + 1, *_rest(record))]
    process_batch(Batch(record.topic, record.partition, record.offset, tuple(again)), consumer="shop", log_id="log")

    assert value("flextx_duplicates_absorbed_total", what="record") == 1


def _rest(record: Any) -> tuple[Any, ...]:
    return record.key, record.headers, record.body


def test_a_scrape_takes_a_moment_with_a_hundred_thousand_sent_rows() -> None:
    """Asserted is what is read, not this machine's time. Fault tried: `state <> 'sent'` compared in Python's count."""
    with connection.cursor() as cursor:
        cursor.execute(A_HUNDRED_THOUSAND_SENT)
        cursor.execute("ANALYZE flextx_outbox_outboxmessage")
    planted_message("late", "pending")
    figures()

    before, times = rows_read(), []
    for _ in range(5):
        started = time.perf_counter()
        assert value("flextx_outbox_messages", topic="shop.things", state="pending") == 1
        times.append(time.perf_counter() - started)
    scanned = rows_read() - before
    print(f"five scrapes: {', '.join(f'{seconds * 1000:.0f} ms' for seconds in times)}; {scanned} rows scanned")
    assert scanned == 0


A_HUNDRED_THOUSAND_SENT = """
INSERT INTO flextx_outbox_outboxmessage (event_id, topic, key, sequence, bucket, event_type, event_version, source,
    traceparent, body, state, failures, deaths, resent, last_error, sent_at, "partition", "offset")
SELECT gen_random_uuid(), 'shop.things', 'k' || n, 1, 0, 'ThingMade', 1, 'shop', '', '', 'sent', 0, 0, 0, '', now(),
    0, n
FROM generate_series(1, 100000) n
"""


def rows_read() -> int:
    """Rows that sequential scans of the outbox read so far; an index is not one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'flextx_outbox_outboxmessage'")
        (read,) = cursor.fetchone()
    return int(read)
