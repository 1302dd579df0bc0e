"""Reading: a member of a group holds some partitions for a time and reads them from where its positions stand."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from flextx.conf import FlextxSettings
from flextx.errors import StaleLease
from flextx.leases import Epochs, LeaseBook
from flextx.transports.embedded.connection import LogConnection
from flextx.transports.protocol import Batch, Record, StartPosition, check_range

# One statement for all partitions. The join with the lease is the fence: what was taken over yields nothing.
_FETCH = """
SELECT record.topic, record.partition, record.record_offset, record.key, record.headers, record.body
FROM unnest(%(resources)s::text[], %(epochs)s::bigint[], %(topics)s::text[], %(partitions)s::int[],
            %(offsets)s::bigint[])
     AS asked (resource, epoch, topic, partition, from_offset)
JOIN log_lease lease ON lease.scope = %(group)s AND lease.resource = asked.resource
     AND lease.owner = %(member)s AND lease.epoch = asked.epoch AND lease.lease_until > clock_timestamp()
CROSS JOIN LATERAL (
    SELECT * FROM log_record r
    WHERE r.topic = asked.topic AND r.partition = asked.partition AND r.record_offset >= asked.from_offset
    ORDER BY r.record_offset LIMIT %(limit)s) record
ORDER BY record.topic, record.partition, record.record_offset
"""

_RANGES = """
SELECT topic, partition,
    coalesce((SELECT min(record_offset) FROM log_record r WHERE r.topic = p.topic AND r.partition = p.partition),
        next_offset),
    next_offset
FROM log_partition p WHERE topic = ANY(%(topics)s)
"""

_COMMIT = """
INSERT INTO log_commit (consumer_group, topic, partition, next_offset)
SELECT %(group)s, %(topic)s, %(partition)s, %(next_offset)s FROM log_lease
WHERE scope = %(group)s AND resource = %(resource)s AND owner = %(member)s AND epoch = %(epoch)s
ON CONFLICT (consumer_group, topic, partition)
DO UPDATE SET next_offset = EXCLUDED.next_offset, committed_at = clock_timestamp()
"""


class EmbeddedConsumer:
    def __init__(
        self,
        connection: LogConnection,
        conf: FlextxSettings,
        *,
        group: str,
        member: str,
        topics: Sequence[str],
        start: StartPosition,
    ) -> None:
        self._connection, self._conf, self._topics, self._start = connection, conf, topics, start
        self._book = LeaseBook("log", group, member, conf.consumer_lease_seconds)
        self._epochs: Epochs = {}
        self._positions: dict[str, int] = {}
        self._renewed_at = float("-inf")
        self._just_started = True
        self._listening_on: object = None

    def poll(self, *, timeout_seconds: float) -> list[Batch]:
        with self._connection.outages_named():
            self._renew_leases()
            batches = self._fetch()
            if not batches:
                self._wait(timeout_seconds)
                batches = self._fetch()
            return batches

    def seek(self, topic: str, partition: int, offset: int) -> None:
        self._positions[_resource(topic, partition)] = offset

    def commit(self, topic: str, partition: int, next_offset: int) -> None:
        """Raises StaleLease when the partition was taken over: nothing was committed."""
        resource = _resource(topic, partition)
        where = {
            "topic": topic,
            "partition": partition,
            "resource": resource,
            "epoch": self._epochs.get(resource, -1),
        }
        with self._connection.transaction() as cursor:
            cursor.execute(
                _COMMIT,
                {"group": self._book.scope, "member": self._book.member, "next_offset": next_offset, **where},
            )
            if cursor.rowcount == 0:
                self._drop(resource)
                raise StaleLease(f"{resource} was taken over")

    def close(self) -> None:
        with self._connection.transaction() as cursor:
            self._book.leave(cursor)
        self._connection.close()

    def _renew_leases(self) -> None:
        if time.monotonic() - self._renewed_at < self._conf.consumer_lease_seconds / 3:
            return
        asked_at = time.monotonic()
        with self._connection.transaction() as cursor:
            cursor.execute(_RANGES, {"topics": list(self._topics)})
            ranges = {_resource(topic, partition): (start, end) for topic, partition, start, end in cursor.fetchall()}
            if self._just_started:
                self._book.add_resources(cursor, ranges)
            epochs = self._book.hold_share(cursor, list(ranges), just_started=self._just_started)
        self._renewed_at, self._just_started = asked_at, False
        self._take(epochs, ranges)

    def _take(self, epochs: Epochs, ranges: dict[str, tuple[int, int]]) -> None:
        """Read what is newly held from the position stored beside the effects; keep on reading the rest."""
        for resource, epoch in epochs.items():
            if self._epochs.get(resource) == epoch:
                continue
            place, (earliest, end) = _topic_and_partition(resource), ranges[resource]
            position = self._start(*place, earliest)
            check_range(*place, position, earliest, end)
            self._positions[resource] = position
        self._epochs = epochs

    def _drop(self, resource: str) -> None:
        self._epochs.pop(resource, None)
        self._renewed_at = float("-inf")

    def _fetch(self) -> list[Batch]:
        held = list(self._epochs)
        places = [_topic_and_partition(resource) for resource in held]
        with self._connection.raw.cursor() as cursor:
            cursor.execute(
                _FETCH,
                {
                    "group": self._book.scope,
                    "member": self._book.member,
                    "limit": self._conf.consumer_batch_max,
                    "resources": held,
                    "epochs": [self._epochs[resource] for resource in held],
                    "topics": [topic for topic, _ in places],
                    "partitions": [partition for _, partition in places],
                    "offsets": [self._positions[resource] for resource in held],
                },
            )
            records = [stored_record(*row) for row in cursor.fetchall()]
        batches = [
            self._batch(*place, tuple(group)) for place, group in groupby(records, attrgetter("topic", "partition"))
        ]
        return batches

    def _batch(self, topic: str, partition: int, records: tuple[Record, ...]) -> Batch:
        resource = _resource(topic, partition)
        # Offsets have no gaps here: what is missing before the first record was pruned unread.
        check_range(topic, partition, self._positions[resource], records[0].offset, records[0].offset)
        batch = Batch(topic, partition, asked_from=self._positions[resource], records=records)
        self._positions[resource] = batch.next_offset
        return batch

    def _wait(self, timeout_seconds: float) -> None:
        """Until somebody appends. A notification that came since the last look is still in the connection."""
        raw = self._connection.raw
        if raw is not self._listening_on:
            raw.execute("LISTEN log_append")
            self._listening_on = raw
            return
        for _ in raw.notifies(timeout=timeout_seconds, stop_after=1):
            return


def stored_record(topic: str, partition: int, offset: int, key: str, headers: list[list[str]], body: bytes) -> Record:
    return Record(topic, partition, offset, key, [(name, value.encode()) for name, value in headers], bytes(body))


def _resource(topic: str, partition: int) -> str:
    return f"{topic}/{partition}"


def _topic_and_partition(resource: str) -> tuple[str, int]:
    topic, _, partition = resource.rpartition("/")
    return topic, int(partition)
