"""Kafka as a transport: its identity, its topics, and its two ends."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from kafka import KafkaConsumer, TopicPartition
from kafka import errors as kafka_errors

from flextx.conf import FlextxSettings
from flextx.transports.kafka.client import CONNECT_MS, admin, built, outages_named
from flextx.transports.kafka.consumer import KafkaRecordConsumer
from flextx.transports.kafka.producer import KafkaRecordProducer
from flextx.transports.protocol import StartPosition


class Kafka:
    def __init__(self, conf: FlextxSettings) -> None:
        self._conf = conf

    def log_id(self) -> str:
        with admin(self._conf) as client:
            return f"kafka:{client.describe_cluster()['cluster_id']}"

    def create_topics(self) -> None:
        options = {"num_partitions": self._conf.topic_partitions, "replication_factor": self._conf.kafka_replication}
        with admin(self._conf) as client:
            missing = set(self._conf.physical_topics) - set(client.list_topics())
            if missing:
                with suppress(kafka_errors.TopicAlreadyExistsError):  # another service prepares at the same time
                    client.create_topics(dict.fromkeys(sorted(missing), options), timeout_ms=10_000)
            client.wait_for_topics(list(self._conf.physical_topics), timeout_ms=10_000)

    def end_offsets(self, topics: Sequence[str]) -> dict[tuple[str, int], int]:
        consumer = built(KafkaConsumer, self._conf)
        try:
            with outages_named():
                partitions = [TopicPartition(t, p) for t in topics for p in consumer.partitions_for_topic(t) or ()]
                return {(tp.topic, tp.partition): end for tp, end in consumer.end_offsets(partitions).items()}
        finally:
            consumer.close(autocommit=False, timeout_ms=CONNECT_MS)

    def producer(self) -> KafkaRecordProducer:
        return KafkaRecordProducer(self._conf)

    def consumer(self, *, group: str, member: str, topics: Sequence[str], start: StartPosition) -> KafkaRecordConsumer:
        return KafkaRecordConsumer(self._conf, group=group, member=member, topics=topics, start=start)
