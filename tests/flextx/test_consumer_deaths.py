"""The consumer: a record that kills it is found and parked; one that was only near it is handled, and nothing else."""

from collections.abc import Callable

import pytest
from django.db import connection
from pytest_django import Settings

from flextx.inbox.diversion import retry_due_key
from flextx.inbox.models import DivertedKey, DivertedRecord, InboxPosition
from flextx.testing import wait_until
from tests.flextx.appending import append, keys_of_partition, made
from tests.flextx.inbox_rows import TOPIC, aside, consume_all, consuming, handled, positions
from tests.flextx.processes import DIED, Staff, Worker
from tests.flextx.shop.models import Fault

pytestmark = pytest.mark.usefixtures("shop")
KILLER, GOOD, FINE = keys_of_partition(0, 3)


@pytest.fixture(autouse=True)
def soon(settings: Settings) -> None:
    settings.FLEXTX = settings.FLEXTX | {"CONSUMER_DEATHS_MAX": 2, "CONSUMER_LEASE_SECONDS": 1}


def lives(staff: Staff, until: Callable[[], bool], *, lives_max: int) -> int:
    """Start a consumer again whenever it died, as a supervisor would; the answer is how often it died."""
    for deaths in range(lives_max):
        if _lives(staff.consumer("consumer-1"), until):
            return deaths
    raise AssertionError(f"still dying after {lives_max} lives: {aside()}, {positions()}")


def _lives(consumer: Worker, until: Callable[[], bool]) -> bool:
    wait_until(lambda: until() or consumer.process.poll() is not None, seconds=60)
    if consumer.process.poll() is None:
        assert consumer.terminate() == 0
        return True
    assert consumer.wait() == DIED
    return False


def all_of_partition_0() -> bool:
    return positions().get(0) == 5


def test_a_record_that_kills_its_consumer_is_parked_and_everything_else_is_handled(staff: Staff) -> None:
    """Fault tried: no note before a batch; alone_until never set; deaths not counted while alone."""
    Fault.objects.create(name=KILLER, kind="death", number=1)
    append(made(GOOD, 1), made(FINE, 1), made(KILLER, 1), made(GOOD, 2), made(KILLER, 2))

    deaths = lives(staff, all_of_partition_0, lives_max=6)

    assert deaths == 4  # two over the batch, two over the record alone
    assert handled() == [(GOOD, 1), (FINE, 1), (GOOD, 2)]
    assert aside() == {f"{KILLER}@2": "parked", f"{KILLER}@4": "waiting"}
    parked = DivertedRecord.objects.get(state="parked")
    assert (parked.reason, parked.tries) == ("deaths", 1) and "died each time" in parked.last_error
    assert DivertedKey.objects.get().due_at is None


def test_one_that_kills_again_when_it_is_tried_again_is_parked_again(staff: Staff) -> None:
    """Fault tried: CLAIM_DUE_KEY that counts no death: it kills for ever."""
    fault = Fault.objects.create(name=KILLER, kind="defect", number=1)
    append(made(KILLER, 1), made(KILLER, 2))
    consume_all()
    fault.kind = "death"
    fault.save()
    DivertedKey.objects.update(due_at="2000-01-01T00:00:00Z")

    deaths = lives(staff, lambda: DivertedRecord.objects.filter(state="parked").exists(), lives_max=5)

    assert deaths == 2
    assert aside() == {f"{KILLER}@0": "parked", f"{KILLER}@1": "waiting"} and handled() == []
    assert DivertedRecord.objects.get(offset=0).reason == "deaths"


def test_an_innocent_batch_that_was_under_way_in_many_deaths_is_handled_one_by_one(staff: Staff) -> None:
    """Fault tried: at its cap a batch is parked without a last try, alone."""
    append(made(GOOD, 1), made(FINE, 1), made(GOOD, 2))
    for _ in range(2):
        assert staff.consumer("consumer-1", crash="inbox.batch.commit.before:die:2").wait() == DIED
    consume_all()

    assert handled() == [(GOOD, 1), (FINE, 1), (GOOD, 2)] and aside() == {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM shop_handled")
        assert cursor.fetchone() == (3,)  # three transactions
    assert noted() == ("", 0)
    append(made(GOOD, 3), made(FINE, 2))
    consume_all()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM shop_handled")
        assert cursor.fetchone() == (4,)  # together again


def test_an_outage_is_no_death_and_neither_is_an_orderly_end(staff: Staff) -> None:
    """Fault tried: whoever finds a note counts, its own too; _leave without forget_notes."""
    fault = Fault.objects.create(name=GOOD, kind="outage")
    append(made(GOOD, 1))
    consumer = staff.consumer("consumer-1")
    wait_until(lambda: consumer.said().count("outage") >= 5, seconds=60)
    assert consumer.terminate() == 0
    assert noted() == ("", 0)

    fault.delete()
    consume_all()
    assert handled() == [(GOOD, 1)] and aside() == {}


def test_a_kill_is_counted_once_and_forgotten_with_the_next_commit(staff: Staff) -> None:
    """Fault tried: ADVANCE_POSITION without deaths = 0."""
    append(made(GOOD, 1))
    assert staff.consumer("consumer-1", crash="inbox.batch.commit.before:die:1").wait() == DIED
    assert noted()[0].startswith("consumer-1/")
    with consuming():
        wait_until(lambda: handled() == [(GOOD, 1)])
    assert noted() == ("", 0)


def test_an_outage_while_a_record_is_tried_again_is_no_death(staff: Staff) -> None:
    """Fault tried: _outlived left out: the next to try it counts a death for each outage."""
    fault = Fault.objects.create(name=GOOD, kind="defect", number=1)
    append(made(GOOD, 1))
    consume_all()
    fault.kind = "outage"
    fault.save()
    make_due()

    for name in ("consumer-1", "consumer-2", "consumer-3"):
        consumer = staff.consumer(name)
        wait_until(lambda one=consumer: "outage" in one.said())  # type: ignore[misc]
        assert consumer.terminate() == 0
        make_due()

    key = DivertedKey.objects.get()
    assert (key.trying_by, key.deaths) == ("", 0) and aside() == {f"{GOOD}@0": "waiting"}


def test_what_went_well_alone_clears_its_successor_of_the_deaths_before(settings: Settings) -> None:
    """Fault tried: the key's deaths kept after a record that went well: the next is parked for one death."""
    settings.FLEXTX = settings.FLEXTX | {"CONSUMER_DEATHS_MAX": 3}
    fault = Fault.objects.create(name=GOOD, kind="defect", number=1)
    append(made(GOOD, 1), made(GOOD, 2))
    consume_all()
    fault.delete()
    DivertedKey.objects.update(deaths=2, due_at="2000-01-01T00:00:00Z")

    assert retry_due_key("shop", "consumer-9/now")

    assert handled() == [(GOOD, 1)] and DivertedKey.objects.get().deaths == 1
    assert retry_due_key("shop", "consumer-9/now")
    assert handled() == [(GOOD, 1), (GOOD, 2)] and not DivertedKey.objects.exists()


def make_due() -> None:
    DivertedKey.objects.update(due_at="2000-01-01T00:00:00Z")


def noted() -> tuple[str, int]:
    row = InboxPosition.objects.get(topic=TOPIC, partition=0)
    return row.trying_by, row.deaths
