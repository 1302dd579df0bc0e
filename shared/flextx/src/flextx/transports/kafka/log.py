"""Kafka as a transport: its identity, its topics, and its two ends."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka import errors as kafka_errors

from flextx.conf import FlextxSettings
from flextx.errors import TransportUnavailable
from flextx.transports.kafka.client import CONNECT_MS, admin, built, outages_named
from flextx.transports.kafka.consumer import KafkaRecordConsumer, stored_record
from flextx.transports.kafka.producer import KafkaRecordProducer
from flextx.transports.protocol import Record, StartPosition

_READ_SECONDS_MAX = 10
_READ_TOGETHER_MAX = 500


class Kafka:
    def __init__(self, conf: FlextxSettings) -> None:
        self._conf = conf

    def log_id(self) -> str:
        with admin(self._conf) as client:
            return f"kafka:{client.describe_cluster()['cluster_id']}"

    def create_topics(self) -> None:
        options = {
            "num_partitions": self._conf.topic_partitions,
            "replication_factor": self._conf.kafka_replication,
            "configs": {"retention.ms": str(self._conf.log_retention_seconds * 1000)},
        }
        with admin(self._conf) as client:
            missing = set(self._conf.physical_topics) - set(client.list_topics())
            if missing:
                with suppress(kafka_errors.TopicAlreadyExistsError):  # another service prepares at the same time
                    client.create_topics(dict.fromkeys(sorted(missing), options), timeout_ms=10_000)
            client.wait_for_topics(list(self._conf.physical_topics), timeout_ms=10_000)

    def end_offsets(self, topics: Sequence[str]) -> dict[tuple[str, int], int]:
        with self._bystander() as consumer:
            partitions = [TopicPartition(t, p) for t in topics for p in consumer.partitions_for_topic(t) or ()]
            return {(tp.topic, tp.partition): end for tp, end in consumer.end_offsets(partitions).items()}

    def record_at(self, topic: str, partition: int, offset: int) -> Record | None:
        place = TopicPartition(topic, partition)
        with self._bystander() as consumer:
            if partition not in (consumer.partitions_for_topic(topic) or ()):
                return None
            if not consumer.beginning_offsets([place])[place] <= offset < consumer.end_offsets([place])[place]:
                return None
            consumer.assign([place])
            consumer.seek(place, offset)
            return _first(consumer, place, offset)

    def bounds(self, topic: str) -> dict[int, tuple[int, int]]:
        with self._bystander() as consumer:
            places = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
            earliest, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
            return {place.partition: (earliest[place], ends[place]) for place in places}

    def offsets_at(self, topic: str, moment: datetime) -> dict[int, int]:
        """By the time that the producer gave each record."""
        with self._bystander() as consumer:
            places = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
            found = consumer.offsets_for_times(dict.fromkeys(places, int(moment.timestamp() * 1000)))
            ends = consumer.end_offsets(places)
            return {place.partition: found[place].offset if found.get(place) else ends[place] for place in places}

    def read(self, topic: str, partition: int, start: int, end: int) -> Iterator[Record]:
        place = TopicPartition(topic, partition)
        with self._bystander(records_max=_READ_TOGETHER_MAX) as consumer:
            consumer.assign([place])
            consumer.seek(place, start)
            silent_since = time.monotonic()
            while consumer.position(place) < end:
                records = consumer.poll(timeout_ms=500).get(place, ())
                yield from (stored_record(record) for record in records if record.offset < end)
                if records:
                    silent_since = time.monotonic()
                if time.monotonic() - silent_since > _READ_SECONDS_MAX:
                    raise TransportUnavailable(f"Kafka: nothing came from {topic}/{partition} in {_READ_SECONDS_MAX} s")

    def prune(self, *, dry_run: bool) -> int:
        """The brokers do it, by the topics' own retention."""
        return 0

    @contextmanager
    def _bystander(self, *, records_max: int = 1) -> Iterator[Any]:
        """A client that reads in no group."""
        options = {"enable_auto_commit": False, "auto_offset_reset": "none", "max_poll_records": records_max}
        consumer = built(KafkaConsumer, self._conf, group_id=None, allow_auto_create_topics=False, **options)
        try:
            with outages_named():
                yield consumer
        finally:
            consumer.close(autocommit=False, timeout_ms=CONNECT_MS)

    def producer(self) -> KafkaRecordProducer:
        return KafkaRecordProducer(self._conf)

    def consumer(self, *, group: str, member: str, topics: Sequence[str], start: StartPosition) -> KafkaRecordConsumer:
        return KafkaRecordConsumer(self._conf, group=group, member=member, topics=topics, start=start)


def _first(consumer: Any, place: TopicPartition, offset: int) -> Record | None:
    """The record at the position; none when the log was compacted there. Raises TransportUnavailable in the end."""
    deadline = time.monotonic() + _READ_SECONDS_MAX
    while time.monotonic() < deadline:
        for record in consumer.poll(timeout_ms=500).get(place, ()):
            return stored_record(record) if record.offset == offset else None
    raise TransportUnavailable(f"Kafka: nothing came from {place.topic}/{place.partition} in {_READ_SECONDS_MAX} s")
