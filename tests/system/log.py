"""The message log as an outsider reads it, whichever it is: with a client of its own, in no group."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from kafka import KafkaConsumer, TopicPartition

from tests.system.world import World

TOPICS = ("order.events", "account.events", "account.commands", "account.replies")
READ_SECONDS_MAX = 30


@dataclass(frozen=True)
class Record:
    partition: int
    offset: int
    key: str
    headers: dict[str, str]
    body: bytes


def record_at(world: World, topic: str, partition: int, offset: int) -> Record:
    (record,) = _read(world, topic, partition, offset, offset + 1)
    return record


def end_offsets(world: World) -> dict[tuple[str, int], int]:
    """The next offset of every partition of every topic."""
    if world.env["TRANSPORT"] == "embedded":
        rows = world.rows("log", "SELECT topic, partition, next_offset FROM log_partition")
        return {(topic, partition): end for topic, partition, end in rows}
    with _client(world) as client:
        places = [TopicPartition(topic, number) for topic in TOPICS for number in client.partitions_for_topic(topic)]
        return {(place.topic, place.partition): end for place, end in client.end_offsets(places).items()}


def whole_topic(world: World, topic: str) -> list[Record]:
    """Every record, partition by partition, in order of offset."""
    ends = sorted((number, end) for (name, number), end in end_offsets(world).items() if name == topic)
    return [record for partition, end in ends for record in _read(world, topic, partition, 0, end)]


def _read(world: World, topic: str, partition: int, start: int, end: int) -> list[Record]:
    """The records from `start` to before `end`: all of them, without a gap."""
    read = _from_postgres if world.env["TRANSPORT"] == "embedded" else _from_kafka
    records = read(world, topic, partition, start, end)
    assert [record.offset for record in records] == list(range(start, end))
    return records


def _from_postgres(world: World, topic: str, partition: int, start: int, end: int) -> list[Record]:
    rows = world.rows(
        "log",
        "SELECT record_offset, key, headers, body FROM log_record WHERE topic = %s AND partition = %s"
        " AND record_offset >= %s AND record_offset < %s ORDER BY record_offset",
        (topic, partition, start, end),
    )
    return [Record(partition, offset, key, dict(headers), bytes(body)) for offset, key, headers, body in rows]


def _from_kafka(world: World, topic: str, partition: int, start: int, end: int) -> list[Record]:
    with _client(world) as client:
        client.assign([TopicPartition(topic, partition)])
        client.seek(TopicPartition(topic, partition), start)
        records: list[Record] = []
        for one in client if end > start else ():  # ends by itself when nothing comes for READ_SECONDS_MAX
            headers = {name: value.decode() for name, value in one.headers}
            records.append(Record(partition, one.offset, one.key.decode(), headers, one.value))
            if one.offset + 1 >= end:
                break
        return records


@contextmanager
def _client(world: World) -> Iterator[KafkaConsumer]:
    client = KafkaConsumer(
        bootstrap_servers=world.env["KAFKA_BOOTSTRAP_SERVERS"].split(","),
        bootstrap_timeout_ms=10_000,
        enable_auto_commit=False,
        allow_auto_create_topics=False,
        consumer_timeout_ms=READ_SECONDS_MAX * 1_000,
    )
    try:
        yield client
    finally:
        client.close(autocommit=False, timeout_ms=5_000)
