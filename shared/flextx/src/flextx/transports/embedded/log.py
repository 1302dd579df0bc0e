"""The embedded log as a transport: its identity, its topics, and its two ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any

from flextx.conf import FlextxSettings
from flextx.errors import TransportUnavailable
from flextx.transports.embedded.connection import LogConnection
from flextx.transports.embedded.consumer import EmbeddedConsumer, stored_record
from flextx.transports.embedded.producer import EmbeddedProducer
from flextx.transports.embedded.pruning import prune
from flextx.transports.protocol import Record, StartPosition

_READ_TOGETHER_MAX = 500
_BOUNDS = """
SELECT partition, coalesce((SELECT min(record_offset) FROM log_record r
    WHERE r.topic = p.topic AND r.partition = p.partition), next_offset), next_offset
FROM log_partition p WHERE topic = %(topic)s
"""
_OFFSETS_AT = """
SELECT partition, coalesce((SELECT min(record_offset) FROM log_record r
    WHERE r.topic = p.topic AND r.partition = p.partition AND appended_at >= %(moment)s), next_offset)
FROM log_partition p WHERE topic = %(topic)s
"""
_READ = """
SELECT topic, partition, record_offset, key, headers, body FROM log_record
WHERE topic = %(topic)s AND partition = %(partition)s AND record_offset >= %(start)s AND record_offset < %(end)s
ORDER BY record_offset LIMIT %(limit)s
"""
_SCHEMA_LOCK = 4_711_001  # two services may prepare at once


class EmbeddedLog:
    def __init__(self, conf: FlextxSettings) -> None:
        self._conf = conf

    def log_id(self) -> str:
        connection = LogConnection(self._conf)
        try:
            with connection.transaction() as cursor:
                cursor.execute("SELECT log_id FROM log_identity")
                row = cursor.fetchone()
                if row is None:
                    raise TransportUnavailable("the embedded log is empty: run create_topics")
                return f"embedded:{row[0]}"
        finally:
            connection.close()

    def create_topics(self) -> None:
        connection = LogConnection(self._conf)
        try:
            with connection.transaction() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SCHEMA_LOCK])
                cursor.execute(files(__package__).joinpath("schema.sql").read_bytes())
                cursor.executemany(
                    "INSERT INTO log_partition (topic, partition) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                    [
                        (topic, number)
                        for topic in self._conf.physical_topics
                        for number in range(self._conf.topic_partitions)
                    ],
                )
        finally:
            connection.close()

    def end_offsets(self, topics: Sequence[str]) -> dict[tuple[str, int], int]:
        connection = LogConnection(self._conf)
        try:
            with connection.transaction() as cursor:
                cursor.execute(
                    "SELECT topic, partition, next_offset FROM log_partition WHERE topic = ANY(%s)", [list(topics)]
                )
                return {(topic, partition): end for topic, partition, end in cursor.fetchall()}
        finally:
            connection.close()

    def record_at(self, topic: str, partition: int, offset: int) -> Record | None:
        connection = LogConnection(self._conf)
        try:
            with connection.transaction() as cursor:
                cursor.execute(
                    "SELECT topic, partition, record_offset, key, headers, body FROM log_record"
                    " WHERE topic = %s AND partition = %s AND record_offset = %s",
                    (topic, partition, offset),
                )
                row = cursor.fetchone()
                return stored_record(*row) if row else None
        finally:
            connection.close()

    def bounds(self, topic: str) -> dict[int, tuple[int, int]]:
        return {partition: (start, end) for partition, start, end in self._rows(_BOUNDS, topic=topic)}

    def offsets_at(self, topic: str, moment: datetime) -> dict[int, int]:
        return dict(self._rows(_OFFSETS_AT, topic=topic, moment=moment))

    def read(self, topic: str, partition: int, start: int, end: int) -> Iterator[Record]:
        place: dict[str, Any] = {"topic": topic, "partition": partition, "end": end, "limit": _READ_TOGETHER_MAX}
        while rows := self._rows(_READ, start=start, **place):
            yield from (stored_record(*row) for row in rows)
            start = rows[-1][2] + 1

    def prune(self, *, dry_run: bool) -> int:
        connection = LogConnection(self._conf)
        try:
            return prune(connection, self._conf, dry_run=dry_run)
        finally:
            connection.close()

    def _rows(self, statement: str, **params: Any) -> list[tuple[Any, ...]]:
        connection = LogConnection(self._conf)
        try:
            with connection.transaction() as cursor:
                cursor.execute(statement, params)
                return cursor.fetchall()
        finally:
            connection.close()

    def producer(self) -> EmbeddedProducer:
        return EmbeddedProducer(LogConnection(self._conf))

    def consumer(self, *, group: str, member: str, topics: Sequence[str], start: StartPosition) -> EmbeddedConsumer:
        return EmbeddedConsumer(
            LogConnection(self._conf), self._conf, group=group, member=member, topics=topics, start=start
        )
