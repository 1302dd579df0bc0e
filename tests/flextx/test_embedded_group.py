"""The embedded log's groups: partitions are divided, and whoever lost one can neither read nor commit it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager

import pytest
from pytest_django import Settings

from flextx.errors import OffsetOutOfRange, StaleLease
from flextx.testing import wait_until
from flextx.transports.choose import transport
from flextx.transports.protocol import Consumer
from tests.flextx.appending import PARTITIONS, append, keys_of_partition, made
from tests.flextx.message_log import ask, tell

pytestmark = pytest.mark.usefixtures("log")


@contextmanager
def member(name: str, *, start: int = 0) -> Iterator[Consumer]:
    topics = ["shop.things"]
    with closing(transport().consumer(group="g", member=name, topics=topics, start=lambda *_: start)) as consumer:
        yield consumer


@pytest.fixture
def long_leases(settings: Settings) -> None:
    """Nobody renews within a story; a lease ends when the story says so."""
    settings.FLEXTX = settings.FLEXTX | {"CONSUMER_LEASE_SECONDS": 600}


def one_in_each_partition() -> None:
    append(*(made(keys_of_partition(partition, 1)[0]) for partition in range(PARTITIONS)))


def partitions_read(consumer: Consumer) -> set[int]:
    return {batch.partition for batch in consumer.poll(timeout_seconds=0.01)}


def end_lease_of(name: str) -> None:
    tell("UPDATE log_lease SET lease_until = clock_timestamp() WHERE owner = %s", name)
    tell("DELETE FROM log_member WHERE member = %s", name)


def commits() -> list[tuple[int, int]]:
    return [(p, n) for p, n in ask("SELECT partition, next_offset FROM log_commit ORDER BY 1")]


@pytest.mark.usefixtures("long_leases")
def test_a_zombie_fetches_nothing_and_cannot_commit() -> None:
    """Fault tried: _FETCH without the lease's epoch and owner; _COMMIT without them."""
    one_in_each_partition()
    with member("zombie") as zombie, member("successor") as successor:
        assert partitions_read(zombie) == {0, 1, 2, 3}
        end_lease_of("zombie")
        assert partitions_read(successor) == {0, 1, 2, 3}
        successor.commit("shop.things", 0, 1)
        one_in_each_partition()

        assert partitions_read(zombie) == set()
        for partition in range(PARTITIONS):
            with pytest.raises(StaleLease):
                zombie.commit("shop.things", partition, 2)

        assert commits() == [(0, 1)]
        assert partitions_read(successor) == {0, 1, 2, 3}


@pytest.mark.usefixtures("long_leases")
def test_a_member_whose_lease_merely_ended_fetches_nothing() -> None:
    """Fault tried: _FETCH without lease_until."""
    one_in_each_partition()
    with member("sleepy") as sleepy:
        assert partitions_read(sleepy) == {0, 1, 2, 3}
        one_in_each_partition()
        tell("UPDATE log_lease SET lease_until = clock_timestamp()")

        assert partitions_read(sleepy) == set()


@pytest.mark.usefixtures("long_leases")
def test_a_restart_under_the_same_name_resumes_at_once_and_shuts_its_predecessor_out() -> None:
    """Fault tried: hold_share as if no process had just started."""
    one_in_each_partition()
    with ExitStack() as stack:
        before = stack.enter_context(member("consumer-1"))
        assert partitions_read(before) == {0, 1, 2, 3}
        after = stack.enter_context(member("consumer-1"))

        assert partitions_read(after) == {0, 1, 2, 3}
        one_in_each_partition()
        assert partitions_read(before) == set()
        with pytest.raises(StaleLease):
            before.commit("shop.things", 0, 1)
        assert partitions_read(after) == {0, 1, 2, 3}


def test_partitions_are_divided_among_the_living(settings: Settings) -> None:
    """Fault tried: share = len(leases) in hold_share."""
    settings.FLEXTX = settings.FLEXTX | {"CONSUMER_LEASE_SECONDS": 0.6}
    with member("consumer-1") as first:
        first.poll(timeout_seconds=0.01)
        assert holders() == {"consumer-1": 4}
        with member("consumer-2") as second:

            def even() -> bool:
                first.poll(timeout_seconds=0.01)
                second.poll(timeout_seconds=0.01)
                return holders() == {"consumer-1": 2, "consumer-2": 2}

            wait_until(even)
        first.poll(timeout_seconds=0.01)
        wait_until(lambda: first.poll(timeout_seconds=0.01) or holders() == {"consumer-1": 4})
    assert holders() == {}


def holders() -> dict[str, int]:
    return dict(ask("SELECT owner, count(*) FROM log_lease WHERE owner IS NOT NULL GROUP BY owner"))


def test_a_position_beyond_the_log_stops_the_reader() -> None:
    """Fault tried: _take without check_range."""
    append(made(keys_of_partition(0, 1)[0]))

    with member("consumer-1", start=2) as consumer, pytest.raises(OffsetOutOfRange, match=r"holds 0 to \d, .* is 2"):
        consumer.poll(timeout_seconds=0.01)


def test_an_append_wakes_a_waiting_reader() -> None:
    """Fault tried: send without NOTIFY."""
    with member("consumer-1") as consumer, ThreadPoolExecutor(max_workers=1) as pool:
        consumer.poll(timeout_seconds=0.01)
        waiting = pool.submit(consumer.poll, timeout_seconds=30)
        append(made("cup"))

        (batch,) = waiting.result(timeout=15)
        assert [record.key for record in batch.records] == ["cup"]
