"""Sent events go out again under the same ids: absorbed where they are known, handled where they were lost."""

import pytest
from django.db import transaction

from flextx.errors import OutsideTransaction
from flextx.inbox.models import InboxMessage
from flextx.outbox.models import OutboxMessage
from flextx.outbox.republish import republish
from flextx.testing import relay_once
from tests.flextx.inbox_rows import consume_all, handled, shelved
from tests.flextx.message_log import stored_records
from tests.flextx.outbox_rows import states
from tests.flextx.shop.events import ThingMade, ThingPainted
from tests.flextx.shop.services import make

pytestmark = pytest.mark.usefixtures("shop")


def again(*keys: str) -> int:
    with transaction.atomic():
        return republish(ThingMade, keys=keys)


def test_a_sent_event_goes_out_again_with_the_same_id_and_is_absorbed() -> None:
    """Fault tried: a new event id; resent not counted; where it stood forgotten before it is sent."""
    for name in ("cup", "cup", "plate"):
        make(name)
    relay_once()
    before = {row.sequence: (row.partition, row.offset) for row in OutboxMessage.objects.filter(key="cup")}

    assert again("cup") == 2
    waiting = OutboxMessage.objects.filter(key="cup")
    assert states() == {"cup/1": "pending", "cup/2": "pending", "plate/1": "sent"}
    assert {row.sequence: (row.partition, row.offset) for row in waiting} == before
    relay_once()

    cups = [record for record in stored_records() if record.key == "cup"]
    assert [record.headers["ce_sequence"] for record in cups] == ["1", "2", "1", "2"]
    assert len({record.headers["ce_id"] for record in cups}) == 2
    assert set(OutboxMessage.objects.values_list("key", "state", "resent")) == {
        ("cup", "sent", 1),
        ("plate", "sent", 0),
    }
    assert {row.offset for row in waiting.all()} == {record.offset for record in cups[2:]}
    consume_all()
    assert sorted(handled()) == [("cup", 1), ("cup", 2), ("plate", 1)]


def test_what_its_receiver_lost_is_handled() -> None:
    """Fault tried: republish that only counts."""
    make("cup")
    relay_once()
    consume_all()
    InboxMessage.objects.all().delete()

    again("cup")
    relay_once()
    consume_all()

    assert handled() == [("cup", 1), ("cup", 1)] and shelved() == [("cup", 1)]


@pytest.mark.parametrize("state", ["pending", "parked", "skipped"])
def test_what_is_not_sent_stays_as_it_is(state: str) -> None:
    """Fault tried: the rows' state is not looked at."""
    make("cup")
    OutboxMessage.objects.update(state=state, failures=3, due_at="2099-01-01T00:00:00Z")

    assert again("cup") == 0

    assert list(OutboxMessage.objects.values_list("state", "failures", "resent")) == [(state, 3, 0)]


def test_other_events_and_other_keys_stay_and_it_commits_with_the_caller() -> None:
    """Fault tried: the event's class is not looked at; a transaction of its own."""
    make("cup")
    relay_once()
    with transaction.atomic():
        assert republish(ThingPainted, keys=["cup"]) == 0
    assert again("plate") == 0
    with pytest.raises(OutsideTransaction):
        republish(ThingMade, keys=["cup"])
    with pytest.raises(RuntimeError), transaction.atomic():
        assert republish(ThingMade, keys=["cup"]) == 1
        raise RuntimeError("the caller changes its mind")

    assert list(OutboxMessage.objects.values_list("state", "resent")) == [("sent", 0)]


def test_a_skipped_head_lets_its_key_go_on() -> None:
    """Fault tried: NEXT_HEADS is held back by whatever is not sent."""
    for _ in range(2):
        make("ring")
    OutboxMessage.objects.filter(sequence=1).update(state="skipped")

    relay_once()

    assert states() == {"ring/1": "skipped", "ring/2": "sent"}
