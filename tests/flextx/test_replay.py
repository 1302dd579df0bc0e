"""The inbox: whatever is read again changes nothing, wherever the repetition comes from."""

from uuid import uuid4

import pytest

from flextx.inbox.models import InboxMessage, InboxPosition
from flextx.testing import deliver, wait_until
from tests.flextx.appending import append, keys_of_partition, made
from tests.flextx.inbox_rows import all_read, aside, consume_all, consuming, handled, positions, shelved
from tests.flextx.message_log import stored_records, tell
from tests.flextx.processes import Staff
from tests.flextx.shop.events import ThingMade

pytestmark = pytest.mark.usefixtures("shop")
KEYS = [f"thing-{number}" for number in range(12)]


def test_an_event_sent_twice_is_handled_once() -> None:
    """Fault tried: _first_of_each lets everything through."""
    event_id = uuid4()
    append(made("cup", event_id=event_id))
    consume_all()
    append(made("cup", event_id=event_id))
    assert [record.offset for record in stored_records()] == [0, 1]

    consume_all()

    assert handled() == [("cup", 1)] and not aside()
    assert InboxMessage.objects.get().offset == 0
    assert sum(positions().values()) == 2


def test_an_event_twice_in_one_batch_is_handled_once() -> None:
    """Fault tried: _first_of_each without its setdefault; TAKE_IN without ON CONFLICT."""
    event_id, other = uuid4(), uuid4()
    cup, plate = ThingMade(name="cup", number=1), ThingMade(name="plate", number=1)

    deliver(cup, plate, cup, cup, event_ids=[event_id, other, event_id, event_id])
    deliver(cup, cup, event_ids=[event_id, event_id])

    assert handled() == [("cup", 1), ("plate", 1)]


def test_a_position_set_back_while_stopped_replays_and_the_inbox_absorbs() -> None:
    """Fault tried: _first_of_each lets everything through; start_position answers the log's end."""
    append(*(made(key) for key in KEYS))
    consume_all()
    InboxPosition.objects.update(next_offset=0)

    consume_all()

    assert sorted(handled()) == sorted((key, 1) for key in KEYS) and not aside()
    assert sum(positions().values()) == 12


def test_a_position_set_back_under_a_running_consumer_is_obeyed() -> None:
    """Fault tried: _process_together goes on with a position below the batch; _process without seek."""
    (key,) = keys_of_partition(0, 1)
    append(*(made(key, number) for number in range(1, 6)))
    with consuming():
        wait_until(all_read)
        InboxMessage.objects.all().delete()
        InboxPosition.objects.filter(partition=0).update(next_offset=2)
        append(made(key, 6))
        wait_until(lambda: len(handled()) == 9)
        wait_until(all_read)

    assert [number for _, number in handled()] == [1, 2, 3, 4, 5, 3, 4, 5, 6]


def test_with_an_emptied_inbox_handlers_run_again_and_business_ids_absorb() -> None:
    """Fault tried: Shelved without its unique constraint, as a ledger without transfer ids would be."""
    append(*(made(key) for key in KEYS))
    consume_all()
    before = shelved()
    InboxMessage.objects.all().delete()
    InboxPosition.objects.update(next_offset=0)

    consume_all()

    assert sorted(handled()) == sorted([(key, 1) for key in KEYS] * 2)
    assert shelved() == before and len(before) == 12


def test_another_log_is_refused_and_the_message_says_how_to_go_on(staff: Staff) -> None:
    """Fault tried: check_log does nothing."""
    append(made("cup"))
    consume_all()
    append(made("plate"))
    before = positions()
    tell("UPDATE log_identity SET log_id = gen_random_uuid()")

    consumer = staff.consumer("consumer-1")
    assert consumer.wait() == 1

    assert "belong to log embedded:" in consumer.said() and "Run `prepare` with the old log" in consumer.said()
    assert positions() == before and handled() == [("cup", 1)]


def test_a_position_outside_the_log_stops_the_consumer(staff: Staff) -> None:
    """Fault tried: check_range does nothing."""
    (key,) = keys_of_partition(0, 1)
    append(made(key))
    consume_all()
    InboxPosition.objects.filter(topic="shop.things", partition=0).update(next_offset=5)

    consumer = staff.consumer("consumer-1")
    assert consumer.wait() == 1

    assert "shop.things/0 holds 0 to 1, but the stored position is 5" in consumer.said()
    assert positions()[0] == 5 and handled() == [(key, 1)]
