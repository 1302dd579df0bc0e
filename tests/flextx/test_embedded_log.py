"""The embedded log: offsets are gapless and in commit order, so that no reader passes a record it never saw."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.core.management import call_command

from flextx.errors import TransportUnavailable
from flextx.testing import wait_until
from flextx.transports.choose import transport
from flextx.transports.embedded.consumer import EmbeddedConsumer
from flextx.transports.embedded.producer import EmbeddedProducer
from flextx.transports.protocol import Delivered, OutgoingRecord, Refused
from tests.flextx.appending import PARTITIONS, SlowCommit, append, keys_of_partition, made
from tests.flextx.message_log import ask, away, stored_records

pytestmark = pytest.mark.usefixtures("log")


@contextmanager
def reader() -> Iterator[EmbeddedConsumer]:
    """Reads everything from the beginning."""
    consumer = transport().consumer(group="readers", member="reader-1", topics=["shop.things"], start=lambda *_: 0)
    assert isinstance(consumer, EmbeddedConsumer)
    try:
        yield consumer
    finally:
        consumer.close()


def read_now(consumer: EmbeddedConsumer) -> list[tuple[str, int]]:
    """(key, offset) of what can be read without waiting, partition after partition."""
    batches = consumer.poll(timeout_seconds=0.01)
    return [(record.key, record.offset) for batch in batches for record in batch.records]


def test_many_producers_at_once_leave_no_gap_and_no_offset_twice() -> None:
    """Fault tried: _lock_heads without FOR UPDATE."""

    def send(producer: int) -> None:
        for number in range(10):
            append(made(f"thing-{producer}", number), made(f"thing-{producer + 4}", number))

    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(send, range(4)))

    records = stored_records()
    assert len(records) == 80
    for partition in range(PARTITIONS):
        offsets = [record.offset for record in records if record.partition == partition]
        assert offsets == list(range(len(offsets)))
        ends = ask("SELECT next_offset FROM log_partition WHERE topic = 'shop.things' AND partition = %s", partition)
        assert ends == [(len(offsets),)]


def test_a_slow_committer_holds_back_its_partition_only_and_is_never_missed() -> None:
    """Fault tried: _lock_heads without FOR UPDATE; the partition's key left out, one lock for all partitions."""
    (slow_key, later_key), (elsewhere,) = keys_of_partition(0, 2), keys_of_partition(1, 1)
    slow = SlowCommit()
    with ThreadPoolExecutor(max_workers=2) as pool, reader() as consumer:
        first = pool.submit(EmbeddedProducer(slow).send, [made(slow_key)])
        assert slow.written.wait(timeout=30)
        second = pool.submit(append, made(later_key))

        assert append(made(elsewhere)) == [Delivered(1, 0)]
        assert wait_until(lambda: read_now(consumer)) == [(elsewhere, 0)]
        wait_until(_somebody_waits_for_a_lock)
        assert not second.done() and read_now(consumer) == []

        slow.may_commit.set()
        assert first.result(timeout=30) == [Delivered(0, 0)]
        assert second.result(timeout=30) == [Delivered(0, 1)]
        assert _read_until(consumer, 2) == [(slow_key, 0), (later_key, 1)]
    slow.close()


def _somebody_waits_for_a_lock() -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return bool(ask(waiting)[0][0])


def _read_until(consumer: EmbeddedConsumer, count: int) -> list[tuple[str, int]]:
    read: list[tuple[str, int]] = []

    def enough() -> bool:
        read.extend(read_now(consumer))
        return len(read) >= count

    wait_until(enough)
    return read


def test_a_producer_that_stands_still_before_its_commit_is_an_outage_and_stores_nothing() -> None:
    """Fault tried: psycopg.InternalError is not an outage of the log."""
    (key,) = keys_of_partition(0, 1)
    slow = SlowCommit()
    slow.raw.execute("SET idle_in_transaction_session_timeout = 100")
    (session,) = slow.raw.execute("SELECT pg_backend_pid()").fetchone() or (0,)
    with ThreadPoolExecutor(max_workers=1) as pool:
        frozen = pool.submit(EmbeddedProducer(slow).send, [made(key)])
        wait_until(lambda: not ask("SELECT 1 FROM pg_stat_activity WHERE pid = %s", session))
        assert append(made(key)) == [Delivered(0, 0)]  # the partition is free again

        slow.may_commit.set()
        with pytest.raises(TransportUnavailable):
            frozen.result(timeout=30)
    assert len(stored_records()) == 1


def test_a_record_for_an_unknown_topic_is_refused_alone() -> None:
    """Fault tried: send raises for it."""
    cup, plate = keys_of_partition(2, 2)
    lost = OutgoingRecord("shop.nowhere", "cup", [], b"{}")

    results = append(made(cup), lost, made(plate))

    refused = Refused("topic 'shop.nowhere' does not exist: run create_topics")
    assert results == [Delivered(2, 0), refused, Delivered(2, 1)]
    assert [record.key for record in stored_records()] == [cup, plate]


def test_creating_topics_again_changes_nothing() -> None:
    """Fault tried: schema.sql inserts another identity."""
    append(made("cup"))
    log_id, before = transport().log_id(), stored_records()
    ends = transport().end_offsets(["shop.things"])

    call_command("create_topics")

    assert log_id.startswith("embedded:") and transport().log_id() == log_id
    assert stored_records() == before and len(before) == 1
    assert transport().end_offsets(["shop.things"]) == ends and sum(ends.values()) == 1


def test_an_outage_is_named_and_nothing_counts_as_sent() -> None:
    """Fault tried: outages_named catches nothing."""
    producer = transport().producer()
    producer.send([made("cup")])
    with away(), pytest.raises(TransportUnavailable):
        producer.send([made("plate")])

    assert [record.key for record in stored_records()] == ["cup"]
    assert len(producer.send([made("plate")])) == 1
    producer.close()
