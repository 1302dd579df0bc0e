"""What every message log must do, told of each: nothing above the transport knows which one it is."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from flextx.conf import FlextxSettings, flextx_settings
from flextx.errors import OffsetOutOfRange, TransportUnavailable
from flextx.testing import wait_until
from flextx.transports.embedded import EmbeddedLog
from flextx.transports.kafka import Kafka
from flextx.transports.protocol import Consumer, Delivered, OutgoingRecord, Record, Refused, StartPosition, Transport

KEYS = [f"k-{number}" for number in range(20)]
BROKER = os.environ.get("TEST_KAFKA_BOOTSTRAP_SERVERS", "")


@pytest.fixture(params=["embedded", "kafka"])
def kind(request: pytest.FixtureRequest) -> str:
    if request.param == "kafka" and not BROKER:
        pytest.skip("no broker: Java and Maven are needed to run these on Kafka")
    return str(request.param)


@pytest.fixture
def topic() -> str:
    return f"t-{secrets.token_hex(6)}"


@pytest.fixture
def transport(kind: str, topic: str, log: None) -> Transport:
    made = log_of(kind, topic, BROKER)
    made.create_topics()
    return made


def log_of(kind: str, topic: str, broker: str, **changes: object) -> Transport:
    said = {"SOURCE": "suite", "TRANSPORT": kind, "TOPICS": (topic,), "KAFKA_BOOTSTRAP_SERVERS": broker}
    conf = FlextxSettings.model_validate(
        said
        | {"LOG_DATABASE_URL": flextx_settings().log_database_url}
        | {"LOG_DATABASE_PASSWORD": flextx_settings().log_database_password}
        | changes
    )
    return Kafka(conf) if kind == "kafka" else EmbeddedLog(conf)


def send(transport: Transport, topic: str, *keys: str, rounds: int = 1) -> list[Delivered]:
    """`rounds` waves of one record a key, as a relay sends them."""
    producer = transport.producer()
    try:
        results = [
            result
            for number in range(rounds)
            for result in producer.send([OutgoingRecord(topic, key, [("n", b"%d" % number)], b"{}") for key in keys])
        ]
    finally:
        producer.close()
    delivered = [result for result in results if isinstance(result, Delivered)]
    assert len(delivered) == len(results)
    return delivered


@pytest.fixture
def reading() -> Iterator[list[Consumer]]:
    """Whoever reads in a story is closed after it."""
    readers: list[Consumer] = []
    yield readers
    for reader in readers:
        reader.close()


def from_the_start(_topic: str, _partition: int, earliest: int) -> int:
    return earliest


def take(reader: Consumer, records: list[Record], count: int) -> list[Record]:
    """Read until there are so many."""

    def enough() -> bool:
        for batch in reader.poll(timeout_seconds=0.2):
            records.extend(batch.records)
        return len(records) >= count

    wait_until(enough, seconds=60)
    return records


def open_reader(
    transport: Transport,
    topic: str,
    readers: list[Consumer],
    member: str = "m-1",
    start: StartPosition = from_the_start,
) -> Consumer:
    readers.append(transport.consumer(group=f"g-{topic}", member=f"{member}-{topic}", topics=[topic], start=start))
    return readers[-1]


def test_each_key_stays_in_one_partition_and_in_order(
    transport: Transport, topic: str, reading: list[Consumer]
) -> None:
    """Fault tried: a partition chosen by turns."""
    sent = send(transport, topic, *KEYS, rounds=5)
    assert len({(where.partition, where.offset) for where in sent}) == 100

    records = take(open_reader(transport, topic, reading), [], 100)

    by_key = {key: [record for record in records if record.key == key] for key in KEYS}
    assert all(len({record.partition for record in of_one}) == 1 for of_one in by_key.values())
    assert all(
        [dict(record.headers)["n"] for record in of_one] == [b"0", b"1", b"2", b"3", b"4"] for of_one in by_key.values()
    )
    assert len({record.partition for record in records}) > 1


def test_a_record_is_where_the_log_said_and_can_be_read_there(transport: Transport, topic: str) -> None:
    (where,) = send(transport, topic, "cup")
    record = transport.record_at(topic, where.partition, where.offset)
    assert record is not None
    assert (record.key, record.headers, record.body) == ("cup", [("n", b"0")], b"{}")
    assert transport.record_at(topic, where.partition, where.offset + 1) is None
    assert transport.end_offsets([topic])[topic, where.partition] == where.offset + 1


def test_a_range_is_read_beside_every_group(transport: Transport, topic: str) -> None:
    """Fault tried: the end of the range included; offsets_at of the wrong side of the moment."""
    early = send(transport, topic, "cup", rounds=3)
    moment = datetime.now(UTC)
    wait_until(lambda: datetime.now(UTC) > moment + timedelta(milliseconds=5))  # Kafka's times are in milliseconds
    send(transport, topic, "cup", rounds=700)
    partition = early[0].partition

    records = list(transport.read(topic, partition, 1, 702))

    assert [record.offset for record in records] == list(range(1, 702)) and records[0].key == "cup"
    assert list(transport.read(topic, partition, 5, 5)) == []
    assert transport.bounds(topic)[partition] == (0, 703) and len(transport.bounds(topic)) == 6
    assert transport.offsets_at(topic, moment)[partition] == 3
    assert transport.offsets_at(topic, datetime.now(UTC) + timedelta(hours=1))[partition] == 703
    assert set(transport.offsets_at(topic, moment).values()) == {0, 3}


def test_a_new_topic_keeps_its_records_as_long_as_is_set(kind: str, topic: str, log: None) -> None:
    """Fault tried: create_topics without the retention."""
    made = log_of(kind, topic, BROKER, LOG_RETENTION_SECONDS=90_000)
    made.create_topics()
    if kind == "embedded":
        assert made.prune(dry_run=True) == 0
        return
    client = KafkaAdminClient(bootstrap_servers=BROKER)
    try:
        told = client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    finally:
        client.close()
    assert "90000000" in str(told) and made.prune(dry_run=False) == 0


def test_an_unknown_topic_is_refused_alone(transport: Transport, topic: str) -> None:
    """Fault tried: topics that are not looked up first; on Kafka the whole wave then waits for its deadline."""
    producer = transport.producer()
    lost, kept = producer.send([OutgoingRecord("nowhere", "a", [], b"{}"), OutgoingRecord(topic, "a", [], b"{}")])
    producer.close()
    assert isinstance(lost, Refused) and "create_topics" in lost.error
    assert isinstance(kept, Delivered)


def test_reading_begins_where_the_reader_says(transport: Transport, topic: str, reading: list[Consumer]) -> None:
    """Fault tried: the group's committed offset believed instead."""
    sent = send(transport, topic, "cup", rounds=5)
    first = open_reader(transport, topic, reading)
    take(first, [], 5)
    first.commit(topic, sent[0].partition, sent[-1].offset + 1)
    reading.remove(first)
    first.close()

    again = open_reader(
        transport,
        topic,
        reading,
        start=lambda _t, partition, earliest: 3 if partition == sent[0].partition else earliest,
    )
    assert [record.offset for record in take(again, [], 2)] == [3, 4]


def test_seeking_back_reads_again(transport: Transport, topic: str, reading: list[Consumer]) -> None:
    sent = send(transport, topic, "cup", rounds=3)
    reader = open_reader(transport, topic, reading)
    take(reader, [], 3)
    reader.seek(topic, sent[0].partition, 1)
    assert [record.offset for record in take(reader, [], 2)] == [1, 2]


def test_a_position_outside_the_log_stops_the_reader(transport: Transport, topic: str, reading: list[Consumer]) -> None:
    """Fault tried: going on at the end, which is what Kafka's client does by default."""
    send(transport, topic, *KEYS)
    reader = open_reader(transport, topic, reading, start=lambda _topic, _partition, _earliest: 1_000)
    with pytest.raises(OffsetOutOfRange, match="1000"):
        take(reader, [], 1)


def test_two_members_share_what_is_sent(transport: Transport, topic: str, reading: list[Consumer]) -> None:
    """Each is given partitions, and what each has handled it has handled for the group."""
    first, second = (open_reader(transport, topic, reading, member=f"m-{number}") for number in (1, 2))
    told: dict[str, set[int]] = {"first": set(), "second": set()}

    def both_have_some() -> bool:
        send(transport, topic, *KEYS)
        for name, reader in (("first", first), ("second", second)):
            for batch in reader.poll(timeout_seconds=0.1):
                told[name].add(batch.partition)
                reader.commit(topic, batch.partition, batch.next_offset)
        return bool(told["first"]) and bool(told["second"])

    wait_until(both_have_some, seconds=30)


def test_a_log_knows_itself_and_creating_topics_again_changes_nothing(
    kind: str, transport: Transport, topic: str
) -> None:
    send(transport, topic, "cup")
    before = (transport.log_id(), transport.end_offsets([topic]))
    transport.create_topics()
    assert (transport.log_id(), transport.end_offsets([topic])) == before
    assert transport.log_id().startswith(f"{kind}:") and len(before[1]) == 6


def test_a_log_that_is_away_is_an_outage(kind: str, topic: str) -> None:
    away = log_of(kind, topic, "127.0.0.1:1", LOG_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(TransportUnavailable):
        away.log_id()
    with pytest.raises(TransportUnavailable):
        away.producer().send([OutgoingRecord(topic, "cup", [], b"{}")])
