"""Reading: a member of the group reads its partitions from where the service's own positions stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka import errors as kafka_errors

from flextx.conf import FlextxSettings
from flextx.transports.kafka.client import CONNECT_MS, built, outages_named
from flextx.transports.kafka.silence import Silence
from flextx.transports.protocol import Batch, Record, StartPosition, check_range

_SESSION_MS = 10_000
_PLACING_SECONDS = 0.1
# The client's own limit for one question is 30 s, which is long for a person who waits for money.
_ASKED_MS = 5_000


class KafkaRecordConsumer(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka ships no types
    """A static member of the group: killed and started again, it is back before the group notices.

    The listener runs inside the client and must not wait for anything: it pauses what is newly assigned, and the next
    `poll` seeks it to the position stored beside the effects before a single record is taken.
    """

    def __init__(
        self, conf: FlextxSettings, *, group: str, member: str, topics: Sequence[str], start: StartPosition
    ) -> None:
        self._start = start
        self._next: dict[TopicPartition, int] = {}
        self._unplaced: set[TopicPartition] = set()
        self._joined = False
        self._told: dict[TopicPartition, OffsetAndMetadata] = {}
        self._consumer = built(
            KafkaConsumer,
            conf,
            allow_auto_create_topics=False,
            group_id=conf.topic_prefix + group,
            group_instance_id=conf.topic_prefix + member,
            session_timeout_ms=_SESSION_MS,
            heartbeat_interval_ms=_SESSION_MS // 4,
            max_poll_interval_ms=60_000,
            max_poll_records=conf.consumer_batch_max,
            enable_auto_commit=False,
            auto_offset_reset="none",
            fetch_max_wait_ms=250,
        )
        self._silence = Silence(self._ends)
        self._consumer.subscribe(topics=list(topics), listener=self)

    def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        """A rebalance begins. Asked for outright: one that only new metadata asked for is forgotten by kafka-python
        3.0.12 when it ends between two polls, and its partitions are then read by nobody."""
        self._consumer._coordinator.request_rejoin()
        self._joined = False
        self._unplaced -= set(revoked)
        for partition in revoked:
            self._told.pop(partition, None)
            self._next.pop(partition, None)

    def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        for partition in assigned:
            self._consumer.pause(partition)
            self._consumer.seek(partition, 0)  # any position, so that the client asks for none of its own
        self._unplaced |= set(assigned)
        self._joined = True

    def poll(self, *, timeout_seconds: float) -> list[Batch]:
        with outages_named():
            self._place()
            # While nothing is placed an assignment is awaited, which the next call places: so come back soon.
            wait_seconds = timeout_seconds if self._next else _PLACING_SECONDS
            polled = self._consumer.poll(timeout_ms=int(wait_seconds * 1000))
            self._silence.after_poll(bool(polled), joined=self._joined, standing=self._next)
            return [self._batch(partition, records) for partition, records in polled.items() if records]

    def seek(self, topic: str, partition: int, offset: int) -> None:
        place = TopicPartition(topic, partition)
        self._next[place] = offset
        self._consumer.seek(place, offset)

    def commit(self, topic: str, partition: int, next_offset: int) -> None:
        """Not waited for: the broker's figure is for lag only."""
        place = TopicPartition(topic, partition)
        self._told[place] = OffsetAndMetadata(next_offset, "", -1)
        with outages_named():
            self._consumer.commit_async({place: self._told[place]})

    def close(self) -> None:
        """A static member stays in the group until its session ends, so that a restart does not rebalance."""
        with suppress(kafka_errors.KafkaError):
            self._consumer.commit(self._told, timeout_ms=1_000)
        self._consumer.close(autocommit=False, timeout_ms=CONNECT_MS)

    def _place(self) -> None:
        if not self._unplaced:
            return
        placed = sorted(self._unplaced)
        earliest = self._consumer.beginning_offsets(placed, timeout_ms=_ASKED_MS)
        ends = self._ends(placed)
        for partition in placed:
            position = self._start(partition.topic, partition.partition, earliest[partition])
            check_range(partition.topic, partition.partition, position, earliest[partition], ends[partition])
            self.seek(partition.topic, partition.partition, position)
            self._consumer.resume(partition)
        self._unplaced.clear()

    def _ends(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return dict(self._consumer.end_offsets(list(partitions), timeout_ms=_ASKED_MS))

    def _batch(self, partition: TopicPartition, records: Sequence[Any]) -> Batch:
        asked_from = self._next[partition]
        self._next[partition] = records[-1].offset + 1
        return Batch(partition.topic, partition.partition, asked_from, tuple(map(stored_record, records)))


def stored_record(record: Any) -> Record:
    key = (record.key or b"").decode(errors="replace")
    headers = [(str(name), bytes(value or b"")) for name, value in record.headers]
    return Record(record.topic, record.partition, record.offset, key, headers, bytes(record.value or b""))
