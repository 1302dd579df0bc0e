"""Appending: a wave is one transaction, and offsets are given out under the partitions' locks until its commit."""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import psycopg

from flextx.crash_points import crash_point
from flextx.transports.embedded.connection import LogConnection
from flextx.transports.protocol import AFTER_APPEND, BEFORE_APPEND, Delivered, OutgoingRecord, Refused, SendResult

Heads = dict[tuple[str, int], int]
"""(topic, partition) -> the next offset."""


class EmbeddedProducer:
    def __init__(self, connection: LogConnection) -> None:
        self._connection = connection
        self._partition_counts: dict[str, int] = {}

    def send(self, records: Sequence[OutgoingRecord]) -> list[SendResult]:
        """All or none: an error before or at the commit raises TransportUnavailable for the whole wave."""
        with self._connection.transaction() as cursor:
            places = [self._place(cursor, record) for record in records]
            heads = _lock_heads(cursor, {place for place in places if place is not None})
            results: list[SendResult] = []
            rows = []
            for record, place in zip(records, places, strict=True):
                if place is None:
                    results.append(Refused(f"topic {record.topic!r} does not exist: run create_topics"))
                    continue
                results.append(Delivered(place[1], heads[place]))
                rows.append((*place, heads[place], record))
                heads[place] += 1
            _append(cursor, rows)
            _advance(cursor, heads)
            cursor.execute("NOTIFY log_append")
            crash_point(BEFORE_APPEND)
        crash_point(AFTER_APPEND)
        return results

    def close(self) -> None:
        self._connection.close()

    def _place(self, cursor: psycopg.Cursor[Any], record: OutgoingRecord) -> tuple[str, int] | None:
        if record.topic not in self._partition_counts:
            cursor.execute("SELECT count(*) FROM log_partition WHERE topic = %s", [record.topic])
            row = cursor.fetchone()
            if row is None or row[0] == 0:
                return None
            self._partition_counts[record.topic] = row[0]
        return record.topic, zlib.crc32(record.key.encode()) % self._partition_counts[record.topic]


def _lock_heads(cursor: psycopg.Cursor[Any], places: set[tuple[str, int]]) -> Heads:
    """In one order, so that two producers never wait for each other in a ring."""
    topics, partitions = [topic for topic, _ in places], [partition for _, partition in places]
    cursor.execute(
        "SELECT topic, partition, next_offset FROM log_partition"
        " WHERE (topic, partition) IN (SELECT * FROM unnest(%s::text[], %s::int[]))"
        " ORDER BY topic, partition FOR UPDATE",
        [topics, partitions],
    )
    return {(topic, partition): offset for topic, partition, offset in cursor.fetchall()}


def _append(cursor: psycopg.Cursor[Any], rows: list[tuple[str, int, int, OutgoingRecord]]) -> None:
    cursor.execute(
        "INSERT INTO log_record (topic, partition, record_offset, key, headers, body)"
        " SELECT * FROM unnest(%s::text[], %s::int[], %s::bigint[], %s::text[], %s::jsonb[], %s::bytea[])",
        [
            [topic for topic, _, _, _ in rows],
            [partition for _, partition, _, _ in rows],
            [offset for _, _, offset, _ in rows],
            [record.key for *_, record in rows],
            [json.dumps([[name, value.decode()] for name, value in record.headers]) for *_, record in rows],
            [record.body for *_, record in rows],
        ],
    )


def _advance(cursor: psycopg.Cursor[Any], heads: Heads) -> None:
    by_column: dict[str, list[Any]] = defaultdict(list)
    for (topic, partition), next_offset in heads.items():
        by_column["topic"].append(topic)
        by_column["partition"].append(partition)
        by_column["next"].append(next_offset)
    cursor.execute(
        "UPDATE log_partition p SET next_offset = head.next_offset"
        " FROM unnest(%s::text[], %s::int[], %s::bigint[]) AS head (topic, partition, next_offset)"
        " WHERE p.topic = head.topic AND p.partition = head.partition",
        [by_column["topic"], by_column["partition"], by_column["next"]],
    )
