"""Apache Kafka as a transport. The only file that imports kafka; what it returns becomes a type of ours here.

Bound by what was seen of the client: constructors block while a broker is away, so everything is built when first
used and with short limits; after a batch expired, an idempotent producer may never deliver again, so it is closed and
built anew; the default for a position out of range is to skip to the end, which here would skip money.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from kafka import (
    ConsumerRebalanceListener,
    KafkaAdminClient,
    KafkaConsumer,
    KafkaProducer,
    OffsetAndMetadata,
    TopicPartition,
)
from kafka import errors as kafka_errors

from flextx.conf import FlextxSettings
from flextx.errors import OffsetOutOfRange, TransportUnavailable
from flextx.transports.protocol import (
    Batch,
    Delivered,
    OutgoingRecord,
    Record,
    Refused,
    SendResult,
    StartPosition,
    Unknown,
    check_range,
)

# The broker said no to this record and would again.
_DEFINITE = (
    kafka_errors.MessageSizeTooLargeError,
    kafka_errors.RecordListTooLargeError,
    kafka_errors.InvalidTopicError,
    kafka_errors.UnknownTopicOrPartitionError,
    kafka_errors.AuthorizationError,
)
_CONNECT_MS = 3_000
_CLOSE_SECONDS = 3
_SESSION_MS = 10_000


class Kafka:
    def __init__(self, conf: FlextxSettings) -> None:
        self._conf = conf

    def log_id(self) -> str:
        with self._admin() as admin:
            return f"kafka:{admin.describe_cluster()['cluster_id']}"

    def create_topics(self) -> None:
        options = {"num_partitions": self._conf.topic_partitions, "replication_factor": self._conf.kafka_replication}
        with self._admin() as admin:
            missing = set(self._conf.physical_topics) - set(admin.list_topics())
            with suppress(kafka_errors.TopicAlreadyExistsError):  # another service prepares at the same time
                admin.create_topics(dict.fromkeys(sorted(missing), options), timeout_ms=10_000)
            admin.wait_for_topics(list(self._conf.physical_topics), timeout_ms=10_000)

    def end_offsets(self, topics: Sequence[str]) -> dict[tuple[str, int], int]:
        consumer = _built(KafkaConsumer, self._conf)
        try:
            with _outages_named():
                partitions = [TopicPartition(t, p) for t in topics for p in consumer.partitions_for_topic(t) or ()]
                return {(tp.topic, tp.partition): end for tp, end in consumer.end_offsets(partitions).items()}
        finally:
            consumer.close(autocommit=False, timeout_ms=_CONNECT_MS)

    def producer(self) -> KafkaRecordProducer:
        return KafkaRecordProducer(self._conf)

    def consumer(self, *, group: str, member: str, topics: Sequence[str], start: StartPosition) -> KafkaRecordConsumer:
        return KafkaRecordConsumer(self._conf, group=group, member=member, topics=topics, start=start)

    @contextmanager
    def _admin(self) -> Iterator[Any]:
        admin = _built(KafkaAdminClient, self._conf, request_timeout_ms=10_000)
        try:
            with _outages_named():
                yield admin
        finally:
            admin.close()


class KafkaRecordProducer:
    """Idempotent, acks from all in-sync replicas, with a deadline of its own for each wave."""

    def __init__(self, conf: FlextxSettings) -> None:
        self._conf = conf
        timeout_ms = int(conf.delivery_timeout_seconds * 1000)
        self._producer = _built(
            KafkaProducer,
            conf,
            acks="all",
            enable_idempotence=True,
            delivery_timeout_ms=timeout_ms,
            request_timeout_ms=timeout_ms,
            max_block_ms=timeout_ms,
            linger_ms=2,  # a wave is handed over at once; this lets it leave in few batches
            batch_size=128 * 1024,
        )

    def send(self, records: Sequence[OutgoingRecord]) -> list[SendResult]:
        deadline = time.monotonic() + self._conf.delivery_timeout_seconds
        futures = [self._hand_over(record) for record in records]
        return [_result(future, deadline) for future in futures]

    def close(self) -> None:
        """Whatever was not acknowledged by then is given up by the client's sender thread, not sent later."""
        self._producer.close(timeout=_CLOSE_SECONDS)

    def _hand_over(self, record: OutgoingRecord) -> Any:
        try:
            return self._producer.send(record.topic, key=record.key.encode(), value=record.body, headers=record.headers)
        except kafka_errors.KafkaError as error:  # no metadata in time, or larger than the client sends
            return error


def _result(future: Any, deadline: float) -> SendResult:
    try:
        if isinstance(future, kafka_errors.KafkaError):
            raise future
        metadata = future.get(timeout=max(0.0, deadline - time.monotonic()))
    except _DEFINITE as error:
        return Refused(_named(error))
    except kafka_errors.KafkaError as error:
        return Unknown(_named(error))
    return Delivered(int(metadata.partition), int(metadata.offset))


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
        self._consumer = _built(
            KafkaConsumer,
            conf,
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
        self._consumer.subscribe(topics=list(topics), listener=self)

    def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        self._unplaced -= set(revoked)

    def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        for partition in assigned:
            self._consumer.pause(partition)
            self._consumer.seek(partition, 0)  # any position, so that the client asks for none of its own
        self._unplaced |= set(assigned)

    def poll(self, *, timeout_seconds: float) -> list[Batch]:
        with _outages_named():
            self._place()
            polled = self._consumer.poll(timeout_ms=int(timeout_seconds * 1000))
            return [self._batch(partition, records) for partition, records in polled.items() if records]

    def seek(self, topic: str, partition: int, offset: int) -> None:
        place = TopicPartition(topic, partition)
        self._next[place] = offset
        self._consumer.seek(place, offset)

    def commit(self, topic: str, partition: int, next_offset: int) -> None:
        """Not waited for: the broker's figure is for lag only."""
        offset = OffsetAndMetadata(next_offset, "", -1)
        with _outages_named():
            self._consumer.commit_async({TopicPartition(topic, partition): offset})

    def close(self) -> None:
        """A static member stays in the group until its session ends, so that a restart does not rebalance."""
        self._consumer.close(autocommit=False, timeout_ms=_CONNECT_MS)

    def _place(self) -> None:
        if not self._unplaced:
            return
        placed = sorted(self._unplaced)
        earliest = self._consumer.beginning_offsets(placed)
        ends = self._consumer.end_offsets(placed)
        for partition in placed:
            position = self._start(partition.topic, partition.partition, earliest[partition])
            check_range(partition.topic, partition.partition, position, earliest[partition], ends[partition])
            self.seek(partition.topic, partition.partition, position)
            self._consumer.resume(partition)
        self._unplaced.clear()

    def _batch(self, partition: TopicPartition, records: Sequence[Any]) -> Batch:
        asked_from = self._next[partition]
        self._next[partition] = records[-1].offset + 1
        return Batch(partition.topic, partition.partition, asked_from, tuple(map(_record, records)))


def _record(record: Any) -> Record:
    key = (record.key or b"").decode(errors="replace")
    headers = [(str(name), bytes(value or b"")) for name, value in record.headers]
    return Record(record.topic, record.partition, record.offset, key, headers, bytes(record.value or b""))


def _built(client: Callable[..., Any], conf: FlextxSettings, **options: Any) -> Any:
    """Raises TransportUnavailable when no broker answers within three seconds."""
    with _outages_named():
        return client(
            bootstrap_servers=conf.kafka_bootstrap_servers.split(","),
            bootstrap_timeout_ms=_CONNECT_MS,
            allow_auto_create_topics=False,
            reconnect_backoff_max_ms=1_000,
            **{**options, **conf.kafka_options},
        )


@contextmanager
def _outages_named() -> Iterator[None]:
    """A position out of range must stop the consumer; everything else of the client's is an outage."""
    try:
        yield
    except (kafka_errors.OffsetOutOfRangeError, kafka_errors.LogTruncationError) as lost:
        raise OffsetOutOfRange(_named(lost)) from lost
    except kafka_errors.KafkaError as outage:
        raise TransportUnavailable(f"Kafka: {_named(outage)}") from outage


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
