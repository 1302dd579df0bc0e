"""One record fails, tries growing apart: a thousand others of its own partition are handled meanwhile."""

import pytest
from django.db import connection
from pytest_django import Settings

from flextx.inbox.models import DivertedKey, DivertedRecord
from flextx.testing import wait_until
from tests.flextx.appending import append, keys_of_partition, made
from tests.flextx.inbox_rows import aside, consume_all, consuming, handled
from tests.flextx.operators import OPERATOR
from tests.flextx.shop.models import Fault

TRIES = 3
BAD, *OTHERS = keys_of_partition(0, 101)


@pytest.mark.usefixtures("shop", "doors_open")
def test_a_thousand_others_are_handled_between_its_first_and_its_last_try(settings: Settings) -> None:
    """Tried, parked with reason and stack, repaired, tried again by an operator: what follows of its key in order.

    Fault tried: the whole batch tried again after a failure; a parked key that stops its partition.
    """
    settings.FLEXTX = settings.FLEXTX | {
        "CONSUMER_TRIES_MAX": TRIES,
        "RETRY_FIRST_SECONDS": 500,
        "RETRY_SECONDS_MAX": 500,
    }
    fault = Fault.objects.create(name=BAD, kind="defect", number=1)
    for number in range(1, 11):  # ten thousand would be the same: a batch of 101 records each time
        append(made(BAD, number), *(made(key, number) for key in OTHERS))
    consume_all()
    assert DivertedRecord.objects.get(offset=0).tries == 1  # its first try; the others since then
    assert len(handled()) == 1_000 and {name for name, _ in handled()} == set(OTHERS)
    for tries in range(2, TRIES + 1):
        DivertedKey.objects.update(due_at="2000-01-01T00:00:00Z")
        with consuming():
            wait_until(lambda tries=tries: DivertedRecord.objects.get(offset=0).tries == tries, seconds=60)

    parked = DivertedRecord.objects.get(state="parked")
    assert (parked.key, parked.offset, parked.tries, parked.reason) == (BAD, 0, TRIES, "RuntimeError")
    assert "Traceback" in parked.last_error and "in _go_wrong" in parked.last_error
    assert len(aside()) == 10 and len(handled()) == 1_000

    fault.delete()
    OPERATOR.post(f"parked/inbox-{parked.pk}/retry", reason="repaired").says(200)
    with consuming():
        wait_until(lambda: not DivertedKey.objects.exists(), seconds=60)

    assert [number for name, number in handled() if name == BAD] == list(range(1, 11)) and len(handled()) == 1_010
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, count(*) FROM flextx_inbox_divertedrecord GROUP BY state")
        assert cursor.fetchall() == [("handled", 10)]
