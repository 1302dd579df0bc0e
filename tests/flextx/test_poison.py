"""The inbox: a record that fails goes aside with the rest of its key; everybody else's go on."""

import pytest
from django.db import connection
from pytest_django import Settings

from flextx.inbox.models import DivertedKey, DivertedRecord, InboxMessage
from flextx.testing import wait_until
from tests.flextx.appending import append, keys_of_partition, made, outgoing
from tests.flextx.inbox_rows import all_read, aside, consume_all, consuming, handled, shelved
from tests.flextx.shop.events import ThingMadeInColour
from tests.flextx.shop.models import Fault

pytestmark = pytest.mark.usefixtures("shop")
BAD, GOOD, FINE = keys_of_partition(0, 3)
"""All in one partition, so that "others go on" is said of the poison's own neighbours."""


@pytest.fixture
def patient(settings: Settings) -> None:
    """What failed is not tried again within the story."""
    settings.FLEXTX = settings.FLEXTX | {"RETRY_FIRST_SECONDS": 500, "RETRY_SECONDS_MAX": 500}


def fails(name: str, kind: str, number: int | None = None) -> Fault:
    return Fault.objects.create(name=name, kind=kind, number=number)


def one_of_each_twice() -> None:
    append(made(BAD, 1), made(GOOD, 1), made(BAD, 2), made(FINE, 1), made(GOOD, 2), made(BAD, 3))


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("kind", ["defect", "constraint"])
def test_a_failing_record_goes_aside_with_what_follows_of_its_key(kind: str) -> None:
    """Fault tried: _process_one_by_one without aside.add; _handle_alone without its savepoint (constraint)."""
    fails(BAD, kind, number=2)
    one_of_each_twice()

    consume_all()

    assert handled() == [(BAD, 1), (GOOD, 1), (FINE, 1), (GOOD, 2)]
    assert aside() == {f"{BAD}@2": "waiting", f"{BAD}@5": "waiting"}
    failed, follower = DivertedRecord.objects.order_by("offset")
    assert (failed.tries, failed.reason) == (1, "RuntimeError" if kind == "defect" else "IntegrityError")
    assert BAD in failed.last_error and "Traceback" in failed.last_error
    assert (follower.tries, follower.last_error) == (0, "")
    assert InboxMessage.objects.count() == 4  # what went aside was not taken in

    append(made(BAD, 4), made(GOOD, 3))  # later batches find the key's row
    consume_all()
    assert handled()[4:] == [(GOOD, 3)]
    assert aside()[f"{BAD}@6"] == "waiting"


def test_once_the_reason_is_gone_the_keys_records_are_handled_in_order_and_the_key_is_free() -> None:
    """Fault tried: retry_due_key goes on after a failure; takes records newest first; keeps the key's row."""
    fault = fails(BAD, "defect", number=1)
    one_of_each_twice()
    with consuming():
        wait_until(lambda: DivertedRecord.objects.filter(tries__gte=2).exists())
        assert (BAD, 2) not in handled()
        fault.delete()
        wait_until(lambda: set(aside().values()) == {"handled"})
        wait_until(lambda: not DivertedKey.objects.exists())
        append(made(BAD, 4))
        wait_until(all_read)

    assert [number for name, number in handled() if name == BAD] == [1, 2, 3, 4]
    assert sorted(handled()) == shelved() and len(shelved()) == 7
    rows = DivertedRecord.objects.order_by("offset")
    assert [(row.state, row.handled_at is not None) for row in rows] == [("handled", True)] * 3


def test_what_fails_too_often_is_parked_and_waits_for_a_person(settings: Settings) -> None:
    """Fault tried: _note_failure never parks; parked without due_at = None."""
    settings.FLEXTX = settings.FLEXTX | {"CONSUMER_TRIES_MAX": 3}
    fails(BAD, "defect", number=1)
    one_of_each_twice()

    with consuming():
        wait_until(lambda: DivertedRecord.objects.filter(state="parked").exists())
        append(made(BAD, 4), made(GOOD, 3))
        wait_until(all_read)

    assert aside() == {f"{BAD}@0": "parked", f"{BAD}@2": "waiting", f"{BAD}@5": "waiting", f"{BAD}@6": "waiting"}
    assert DivertedRecord.objects.get(offset=0).tries == 3
    assert DivertedKey.objects.get().due_at is None
    assert handled() == [(GOOD, 1), (FINE, 1), (GOOD, 2), (GOOD, 3)]


@pytest.mark.usefixtures("patient")
def test_a_definite_refusal_is_parked_at_once() -> None:
    """Fault tried: _DEFINITE without Refusal."""
    fails(BAD, "refusal", number=1)
    one_of_each_twice()

    consume_all()

    parked = DivertedRecord.objects.get(state="parked")
    assert (parked.offset, parked.tries, parked.reason) == (0, 1, "NotOnSale")
    assert handled() == [(GOOD, 1), (FINE, 1), (GOOD, 2)]


@pytest.mark.usefixtures("patient")
def test_an_unknown_version_of_a_known_event_is_parked_at_once_and_holds_its_key() -> None:
    """Fault tried: knows_type always False: skipped and lost; _DEFINITE without UnreadableRecord."""
    append(outgoing(ThingMadeInColour(name=BAD, number=1, colour="red"), BAD), made(BAD, 2), made(GOOD, 1))

    consume_all()

    parked = DivertedRecord.objects.get(state="parked")
    assert (parked.offset, parked.tries, parked.reason) == (0, 1, "UnknownVersion")
    assert "ThingMade version 2 is not known here yet" in parked.last_error
    assert aside()[f"{BAD}@1"] == "waiting"
    assert handled() == [(GOOD, 1)]


def test_each_failure_waits_longer_up_to_a_cap(settings: Settings) -> None:
    """Fault tried: _note_failure always waits as after the first failure."""
    settings.FLEXTX = settings.FLEXTX | {"RETRY_FIRST_SECONDS": 100, "RETRY_SECONDS_MAX": 300}
    fails(BAD, "defect")
    append(made(BAD))
    consume_all()
    waits = [_seconds_until_due()]
    for _ in range(3):
        DivertedKey.objects.update(due_at="2000-01-01T00:00:00Z")
        with consuming():
            wait_until(lambda: _seconds_until_due() > 0)
        waits.append(_seconds_until_due())

    for wait, longest in zip(waits, (100, 200, 300, 300), strict=True):
        assert 0.75 * longest < wait <= longest


def _seconds_until_due() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM due_at - clock_timestamp()) FROM flextx_inbox_divertedkey")
        (seconds,) = cursor.fetchone()
    return float(seconds)
