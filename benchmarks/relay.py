"""How fast do outbox rows reach the log? Two ways to share them between relays, beside what the log alone can take.

    make up TRANSPORT=kafka && make bench

Works in a database of its own on the running system's server, which it drops, and in a topic of its own.
Each row of the table is the median of its runs; the rows alternate, so that a slow minute of the machine hits them all.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from threading import Event as StopSignal
from typing import Any
from urllib.parse import urlsplit

import psycopg

BODY = b'{"order_no":"R0199f3a2c4d07b1e8a5c3f2d1e0b9a87","coins":600,"filler":"' + b"x" * 200 + b'"}'
# As many and as long as a real event's, for the ways that do not make them.
HEADERS = [
    *(("ce_id", b"0" * 36), ("ce_type", b"Bench.v1"), ("ce_source", b"benchmark"), ("ce_time", b"2" * 27)),
    *(("ce_specversion", b"1.0"), ("ce_sequence", b"1"), ("traceparent", b"0" * 55)),
    ("content-type", b"application/json"),
]


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rows", type=int, default=20_000)
    arguments.add_argument("--repeat", type=int, default=3)
    chosen = arguments.parse_args()
    prepare_database()
    measured: dict[str, list[float]] = {}
    for _ in range(chosen.repeat):
        for name, run in WAYS.items():
            measured.setdefault(name, []).append(chosen.rows / run(chosen.rows))
    print(f"{chosen.rows} rows of {len(BODY)} bytes, one process, median of {chosen.repeat} (least to most)")
    for name, rates in measured.items():
        print(f"{name:<55} {statistics.median(rates):>8,.0f}/s  ({min(rates):,.0f} to {max(rates):,.0f})")


def prepare_database() -> None:
    admin, owner = urlsplit(os.environ["BENCH_ADMIN_URL"]), os.environ["BENCH_OWNER"]
    with psycopg.connect(os.environ["BENCH_ADMIN_URL"], autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS flextx_benchmark WITH (FORCE)")
        connection.execute(f'CREATE DATABASE flextx_benchmark OWNER "{owner}"')
    os.environ["BENCH_DATABASE_URL"] = f"postgresql://{owner}@{admin.hostname}:{admin.port}/flextx_benchmark"
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("create_topics")


def the_log_alone(rows: int) -> float:
    """The limit: the same records handed straight to the producer, 500 at a time."""
    from flextx.conf import flextx_settings
    from flextx.transports.choose import transport
    from flextx.transports.protocol import OutgoingRecord

    producer = transport().producer()
    wave_max = flextx_settings().relay_wave_max
    producer.send([OutgoingRecord("benchmark", "warm", HEADERS, BODY)])
    started = time.perf_counter()
    for first in range(0, rows, wave_max):
        numbers = range(first, min(first + wave_max, rows))
        producer.send([OutgoingRecord("benchmark", f"k-{number}", HEADERS, BODY) for number in numbers])
    seconds = time.perf_counter() - started
    producer.close()
    return seconds


def leased_buckets(rows: int) -> float:
    """The production relay, from its first lease to its last write-back."""
    from flextx.outbox.relay import Relay
    from flextx.transports.choose import transport

    fill(rows)
    started = time.perf_counter()
    Relay(name="bench-1", transport=transport()).run(StopSignal(), once=True)
    seconds = time.perf_counter() - started
    assert unsent() == 0
    return seconds


CLAIM_ROWS = """
UPDATE flextx_outbox_outboxmessage SET deaths = deaths + 1, due_at = clock_timestamp() + interval '30 s'
WHERE id = ANY(ARRAY(
    SELECT m.id FROM flextx_outbox_outboxmessage m
    WHERE m.state = 'pending' AND m.due_at <= clock_timestamp()
      AND NOT EXISTS (
          SELECT FROM flextx_outbox_outboxmessage earlier
          WHERE earlier.topic = m.topic AND earlier.key = m.key
            AND earlier.sequence < m.sequence AND earlier.state <> 'sent')
    ORDER BY m.id LIMIT 500 FOR UPDATE SKIP LOCKED))
RETURNING id, event_id, topic, key, sequence, bucket, event_type, event_version, source, occurred_at, traceparent,
    causation_id, body, failures
"""


def rows_by_skip_locked(rows: int) -> float:
    """The alternative: each row claimed by itself, its due time moved, marked by id. No leases."""
    from django.db import connection, transaction

    from flextx.outbox.sql import MARK_SENT
    from flextx.outbox.waves import WaitingMessage
    from flextx.transports.choose import transport
    from flextx.transports.protocol import Delivered

    fill(rows)
    started = time.perf_counter()
    producer = transport().producer()
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(CLAIM_ROWS)
            claimed = [WaitingMessage(*row) for row in cursor.fetchall()]
        if not claimed:
            break
        results = producer.send([message.record() for message in claimed])
        sent = [result for result in results if isinstance(result, Delivered)]
        assert len(sent) == len(claimed)
        params: dict[str, Any] = {
            "member": "bench-1",
            "ids": [message.id for message in claimed],
            "partitions": [result.partition for result in sent],
            "offsets": [result.offset for result in sent],
        }
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(MARK_SENT, params)
    seconds = time.perf_counter() - started
    producer.close()
    assert unsent() == 0
    return seconds


def fill(rows: int) -> None:
    """Fresh rows, one a key, spread over the buckets as publish() spreads them."""
    from django.db import connection

    from flextx.outbox.publish import bucket_of

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE flextx_outbox_outboxmessage")
        with cursor.copy(
            "COPY flextx_outbox_outboxmessage (event_id, topic, key, sequence, bucket, event_type, event_version,"
            " source, traceparent, body, state, deaths, failures, last_error) FROM STDIN"
        ) as copy:
            for number in range(rows):
                key = f"k-{number}"
                event_id = f"00000000-0000-7000-8000-{number:012d}"
                row = (
                    event_id,
                    "benchmark",
                    key,
                    1,
                    bucket_of(key),
                    "Bench",
                    1,
                    "bench",
                    "0" * 55,
                    BODY,
                    "pending",
                    0,
                    0,
                    "",
                )
                copy.write_row(row)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE flextx_outbox_outboxmessage")


def unsent() -> int:
    from flextx.outbox.models import OutboxMessage

    return OutboxMessage.objects.exclude(state="sent").count()


WAYS: dict[str, Callable[[int], float]] = {
    "the log alone (the limit)": the_log_alone,
    "leased buckets (the relay)": leased_buckets,
    "rows claimed by SKIP LOCKED": rows_by_skip_locked,
}

if __name__ == "__main__":
    main()
