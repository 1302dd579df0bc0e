"""Kafka's client says that there is nothing: for how long that is believed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from flextx.errors import TransportUnavailable
from flextx.testing import wait_until
from flextx.transports.kafka import Kafka, silence
from flextx.transports.kafka.client import admin
from flextx.transports.kafka.consumer import KafkaRecordConsumer
from flextx.transports.protocol import OutgoingRecord
from tests.flextx.test_transports import BROKER, from_the_start, log_of

pytestmark = pytest.mark.skipif(not BROKER, reason="no broker: Java and Maven are needed to run these on Kafka")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "_LOOK_SECONDS", 0.5)
    monkeypatch.setattr(silence, "_JOINING_SECONDS_MAX", 2.0)


@pytest.fixture
def topic() -> str:
    return f"t-{secrets.token_hex(6)}"


@pytest.fixture
def transport(topic: str, log: None) -> Kafka:
    made = log_of("kafka", topic, BROKER)
    assert isinstance(made, Kafka)
    made.create_topics()
    return made


@pytest.fixture
def reader(transport: Kafka, topic: str) -> Iterator[KafkaRecordConsumer]:
    made = transport.consumer(group=f"g-{topic}", member=f"m-{topic}", topics=[topic], start=from_the_start)
    yield made
    made.close()


def append(transport: Kafka, topic: str) -> None:
    producer = transport.producer()
    producer.send([OutgoingRecord(topic, "cup", [], b"{}")])
    producer.close()


def test_a_client_that_stopped_reading_is_not_believed(
    transport: Kafka, topic: str, reader: KafkaRecordConsumer
) -> None:
    """Fault tried: the client's word believed for ever; the record then waits for a restart.

    The client's own switch makes it as silent as a client that lost its way.
    """
    append(transport, topic)
    wait_until(lambda: bool(reader.poll(timeout_seconds=0.2)), seconds=60)
    reader._consumer.pause(*reader._consumer.assignment())
    append(transport, topic)
    with pytest.raises(TransportUnavailable, match=r"stands at 1 though the log goes on"):
        wait_until(lambda: bool(reader.poll(timeout_seconds=0.2)), seconds=60)


def test_a_rebalance_that_ends_between_two_polls_is_not_forgotten(
    transport: Kafka, topic: str, reader: KafkaRecordConsumer
) -> None:
    """Fault tried: leaving it to the client, which remembers a rebalance only while it is polled."""
    wait_until(lambda: bool(reader.poll(timeout_seconds=0.2)) or len(reader._next) == 6, seconds=60)
    coordinator = reader._consumer._coordinator
    with admin(transport._conf) as client:
        client.create_partitions({topic: 8})
    wait_until(lambda: sees_partitions(coordinator, topic, 8), seconds=60)

    reader.poll(timeout_seconds=0)  # joins again, and does not wait for it
    wait_until(lambda: coordinator._join_task is None or coordinator._join_task.is_done, seconds=60)

    wait_until(lambda: bool(reader.poll(timeout_seconds=0.2)) or len(reader._next) == 8, seconds=60)


def sees_partitions(coordinator: Any, topic: str, count: int) -> bool:
    coordinator._cluster.request_update()
    return len(coordinator._cluster.partitions_for_topic(topic) or ()) == count


def test_an_empty_log_is_no_reason_to_start_anew(reader: KafkaRecordConsumer) -> None:
    """Fault tried: silence alone taken for a fault."""
    wait_until(lambda: bool(reader.poll(timeout_seconds=0.2)) or bool(reader._next), seconds=60)
    assert [reader.poll(timeout_seconds=0.2) for _ in range(20)] == [[]] * 20


def test_a_client_that_never_joins_is_not_believed() -> None:
    """Fault tried: waiting for the group without a limit."""
    quiet = silence.Silence(lambda _places: {})
    with pytest.raises(TransportUnavailable, match="not a member of the group"):
        wait_until(lambda: quiet.after_poll(False, joined=False, standing={}), seconds=60)
