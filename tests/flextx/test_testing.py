"""flextx.testing: what adopters' own stories stand on."""

from threading import Event as StopSignal

import pytest

from flextx.inbox.models import InboxMessage, InboxPosition
from flextx.testing import deliver, relay_once, running, wait_until
from tests.flextx.inbox_rows import aside, handled
from tests.flextx.message_log import stored_records
from tests.flextx.shop.events import ThingMade
from tests.flextx.shop.models import Fault
from tests.flextx.shop.services import make


def test_wait_until_answers_with_what_it_waited_for_or_says_what_it_saw() -> None:
    """Fault tried: no deadline: it never returns."""
    answers = iter([0, 0, 7])
    assert wait_until(lambda: next(answers), poll_seconds=0) == 7

    with pytest.raises(AssertionError, match=r"not reached within 0 s; the last answer was \[\]"):
        wait_until(list, seconds=0)


class Faulty:
    def run(self, stop: StopSignal) -> None:
        raise RuntimeError("the worker's own fault")


def test_what_ends_a_worker_is_raised_where_it_runs() -> None:
    """Fault tried: running never asks its threads how they ended."""
    with pytest.raises(RuntimeError, match="the worker's own fault"), running(Faulty()):
        pass


@pytest.mark.usefixtures("shop")
def test_deliver_goes_through_the_real_inbox() -> None:
    """Fault tried: new ids for a repetition: handled twice."""
    cup = ThingMade(name="cup", number=1)
    ids = deliver(cup, key="cup")
    assert deliver(cup, key="cup", event_ids=ids) == ids
    assert handled() == [("cup", 1)] and InboxMessage.objects.get().event_id == ids[0]
    assert InboxPosition.objects.get(partition=0).next_offset == 2

    Fault.objects.create(name="plate", kind="refusal")
    deliver(ThingMade(name="plate", number=1), key="plate")
    assert aside() == {"plate@2": "parked"} and handled() == [("cup", 1)]


@pytest.mark.usefixtures("shop")
def test_relay_once_sends_what_is_due() -> None:
    make("cup")

    relay_once()

    assert [record.key for record in stored_records()] == ["cup"]
