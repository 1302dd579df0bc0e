"""The consumer: what is nobody's fault is done again as a whole; who stood still is replaced."""

import pytest

from flextx.inbox.models import DivertedKey, DivertedRecord
from flextx.testing import wait_until
from tests.flextx.appending import append, keys_of_partition, made
from tests.flextx.inbox_rows import all_read, aside, consuming, handled, positions
from tests.flextx.message_log import away
from tests.flextx.processes import Staff
from tests.flextx.shop.models import Fault

BAD, GOOD = keys_of_partition(0, 2)


@pytest.mark.usefixtures("shop")
def test_an_outage_in_a_handler_repeats_the_whole_batch_and_burns_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Fault tried: process_batch catches OperationalError like any other."""
    fault = Fault.objects.create(name=BAD, kind="outage")
    append(made(GOOD), made(BAD))
    with consuming():
        wait_until(lambda: caplog.text.count("an outage") >= 3)
        assert handled() == [] and positions() == {0: 0, 1: 0, 2: 0, 3: 0}
        fault.delete()
        wait_until(all_read)

    assert handled() == [(GOOD, 1), (BAD, 1)]
    assert not DivertedRecord.objects.exists() and not DivertedKey.objects.exists()
    assert "fails as a whole" not in caplog.text


@pytest.mark.usefixtures("shop")
def test_an_outage_while_a_failing_batch_is_split_repeats_the_whole_batch(caplog: pytest.LogCaptureFixture) -> None:
    """Fault tried: _handle_alone without its `except RETRY_ALL: raise`."""
    Fault.objects.create(name=BAD, kind="defect")
    outage = Fault.objects.create(name=GOOD, kind="outage")
    append(made(BAD), made(GOOD))
    with consuming():
        wait_until(lambda: caplog.text.count("an outage") >= 3)
        assert handled() == [] and aside() == {} and positions() == {0: 0, 1: 0, 2: 0, 3: 0}
        outage.delete()
        wait_until(all_read)

    assert handled() == [(GOOD, 1)] and list(aside()) == [f"{BAD}@0"]


@pytest.mark.usefixtures("shop")
def test_an_outage_while_trying_again_burns_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Fault tried: _retry without its `except RETRY_ALL: raise`."""
    fault = Fault.objects.create(name=BAD, kind="defect")
    append(made(BAD))
    with consuming():
        wait_until(lambda: aside() == {f"{BAD}@0": "waiting"})
        Fault.objects.update(kind="outage")
        wait_until(lambda: caplog.text.count("an outage") >= 1)
        tries = DivertedRecord.objects.get().tries
        wait_until(lambda: caplog.text.count("an outage") >= 3)
        assert DivertedRecord.objects.get().tries == tries
        fault.delete()
        wait_until(lambda: aside() == {f"{BAD}@0": "handled"})

    assert handled() == [(BAD, 1)]


@pytest.mark.usefixtures("shop")
def test_an_outage_of_the_log_is_waited_out(caplog: pytest.LogCaptureFixture) -> None:
    """Fault tried: RETRY_ALL without TransportUnavailable."""
    with consuming():
        append(made(GOOD, 1))
        wait_until(all_read)
        with away():
            wait_until(lambda: "outage 2" in caplog.text)
        append(made(GOOD, 2))
        wait_until(lambda: len(handled()) == 2)

    assert handled() == [(GOOD, 1), (GOOD, 2)]


def test_a_consumer_frozen_inside_its_transaction_is_replaced_and_does_no_harm(staff: Staff) -> None:
    """Its session holds the position row until the server ends it. Fault tried: no idle_in_transaction timeout."""
    Fault.objects.create(name=BAD, kind="freeze")
    append(made(GOOD), made(BAD))
    frozen = staff.consumer("consumer-1")
    frozen.wait_until_frozen()
    Fault.objects.all().delete()

    with consuming("consumer-2"):
        wait_until(all_read)
        assert handled() == [(GOOD, 1), (BAD, 1)]
        frozen.wake()
        wait_until(lambda: "outage 1" in frozen.said())
        append(*(made(key, 2) for key in (*keys_of_partition(0, 1), *keys_of_partition(1, 1))))
        wait_until(all_read)

    assert len(handled()) == 4 == len(set(handled()))
    assert frozen.process.poll() is None  # it goes on with its share
    assert frozen.terminate() == 0
    assert not aside()


def test_a_consumer_frozen_with_a_batch_in_hand_applies_none_of_it_after_a_takeover(staff: Staff) -> None:
    """Fault tried: lock_position answers the batch's own start, and the inbox takes everything."""
    append(made(GOOD, 1), made(BAD, 1))
    frozen = staff.consumer("consumer-1", crash="consumer.poll.after:delay:1")
    wait_until(lambda: "consumer.poll.after: delay" in frozen.said(), seconds=60)
    frozen.freeze()

    with consuming("consumer-2"):
        wait_until(all_read)
        append(made(GOOD, 2))
        wait_until(all_read)
    before = handled()
    frozen.wake()
    wait_until(lambda: "position of shop.things/0 was moved: reading on from 3" in frozen.said())

    assert handled() == before == [(GOOD, 1), (BAD, 1), (GOOD, 2)]
    append(made(BAD, 2))
    wait_until(lambda: (BAD, 2) in handled())
    assert frozen.terminate() == 0


def test_sigterm_finishes_the_batch_under_way_and_gives_the_partitions_back(staff: Staff) -> None:
    """Fault tried: EventConsumer.run without _close."""
    from tests.flextx.message_log import ask

    append(made(GOOD))
    consumer = staff.consumer("consumer-1", crash="inbox.batch.commit.after:delay:1")
    wait_until(lambda: "inbox.batch.commit.after: delay" in consumer.said(), seconds=60)

    assert consumer.terminate() == 0

    assert handled() == [(GOOD, 1)] and positions()[0] == 1
    assert ask("SELECT DISTINCT owner FROM log_lease") == [(None,)]
    assert ask("SELECT next_offset FROM log_commit WHERE partition = 0") == [(1,)]
