"""Sending: a wave is handed over at once and answered record by record."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from kafka import KafkaProducer
from kafka import errors as kafka_errors

from flextx.conf import FlextxSettings
from flextx.crash_points import crash_point
from flextx.transports.kafka.client import admin, built, named
from flextx.transports.protocol import (
    AFTER_APPEND,
    BEFORE_APPEND,
    Delivered,
    OutgoingRecord,
    Refused,
    SendResult,
    Unknown,
)

_CLOSE_SECONDS = 3
# The broker said no to this record and would again.
_DEFINITE = (
    kafka_errors.MessageSizeTooLargeError,
    kafka_errors.RecordListTooLargeError,
    kafka_errors.InvalidTopicError,
    kafka_errors.UnknownTopicOrPartitionError,
    kafka_errors.AuthorizationError,
)


class KafkaRecordProducer:
    """Idempotent, acks from all in-sync replicas, with a deadline of its own for each wave."""

    def __init__(self, conf: FlextxSettings) -> None:
        self._conf = conf
        self._topics: set[str] = set()
        timeout_ms = int(conf.delivery_timeout_seconds * 1000)
        self._producer = built(
            KafkaProducer,
            conf,
            allow_auto_create_topics=False,
            acks="all",
            enable_idempotence=True,
            delivery_timeout_ms=timeout_ms,
            request_timeout_ms=timeout_ms // 2,
            max_block_ms=timeout_ms,
            linger_ms=2,  # a wave is handed over at once; this lets it leave in few batches
            batch_size=128 * 1024,
        )

    def send(self, records: Sequence[OutgoingRecord]) -> list[SendResult]:
        deadline = time.monotonic() + self._conf.delivery_timeout_seconds
        self._learn_topics({record.topic for record in records} - self._topics)
        futures = [self._hand_over(record) for record in records]
        crash_point(BEFORE_APPEND)
        results = [_result(future, deadline) for future in futures]
        crash_point(AFTER_APPEND)
        return results

    def close(self) -> None:
        """Whatever was not acknowledged by then is given up by the client's sender thread, not sent later."""
        self._producer.close(timeout=_CLOSE_SECONDS)

    def _learn_topics(self, unseen: set[str]) -> None:
        """Asked once a topic: the client would wait for the metadata of a missing one until the wave's deadline."""
        if unseen:
            with admin(self._conf) as client:
                self._topics.update(unseen & set(client.list_topics()))

    def _hand_over(self, record: OutgoingRecord) -> Any:
        if record.topic not in self._topics:
            return kafka_errors.InvalidTopicError(f"topic {record.topic!r} does not exist: run create_topics")
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
        return Refused(named(error))
    except kafka_errors.KafkaError as error:
        return Unknown(named(error))
    return Delivered(int(metadata.partition), int(metadata.offset))
