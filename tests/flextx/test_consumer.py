"""The consumer: position, inbox rows and effects commit together, and the position row is the truth."""

import pytest
from django.db import connection

from flextx.inbox.models import InboxMessage, InboxPosition, SkippedType
from flextx.inbox.process import process_batch
from flextx.testing import deliver, relay_once, wait_until
from flextx.transports.choose import transport
from flextx.transports.protocol import Batch, Record
from tests.flextx.appending import append, keys_of_partition, made, outgoing
from tests.flextx.inbox_rows import TOPIC, all_read, aside, consume_all, consuming, handled, positions, shelved
from tests.flextx.message_log import ask, stored_records, tell
from tests.flextx.shop.events import ThingMade, ThingPainted
from tests.flextx.shop.models import Handled
from tests.flextx.shop.services import make

pytestmark = pytest.mark.usefixtures("shop")
KEYS = [f"thing-{number}" for number in range(20)]


def test_what_is_announced_is_handled_once_and_accounted_for() -> None:
    """Fault tried: advance_position not called; TAKE_IN with offset 0."""
    for key in KEYS:
        make(key)
    relay_once()

    consume_all()

    assert shelved() == sorted((key, 1) for key in KEYS) == sorted(handled())
    in_log = {record.headers["ce_id"]: (record.partition, record.offset, record.key) for record in stored_records()}
    rows = InboxMessage.objects.all()
    assert {str(row.event_id): (row.partition, row.offset, row.key) for row in rows} == in_log
    assert {row.consumer for row in rows} == {"shop"} and len(in_log) == 20
    lag = "SELECT sum(p.next_offset - c.next_offset) FROM log_partition p JOIN log_commit c USING (topic, partition)"
    assert ask(lag) == [(0,)]
    assert not aside()


def test_records_of_a_key_are_handled_in_order() -> None:
    """Fault tried: poll without ORDER BY offset, descending."""
    for _ in range(30):
        make("cup")
    relay_once()

    consume_all()

    assert handled() == [("cup", number) for number in range(1, 31)]


def test_reading_begins_at_the_position_row_whatever_the_log_was_told() -> None:
    """Fault tried: start_position asks log_commit; here: it answers the log's end."""
    append(*(made(key) for key in KEYS))
    tell(
        "INSERT INTO log_commit (consumer_group, topic, partition, next_offset)"
        " SELECT 'shop', topic, partition, next_offset FROM log_partition"
    )

    consume_all()

    assert len(handled()) == 20


def test_a_type_nobody_handles_is_counted_and_passed() -> None:
    """Fault tried: count_skipped not called; an unknown type diverted."""
    (key,) = keys_of_partition(0, 1)
    append(*(outgoing(ThingPainted(name=key), key) for _ in range(3)), made(key))
    consume_all()
    append(outgoing(ThingPainted(name=key), key))
    consume_all()

    assert list(SkippedType.objects.values_list("consumer", "event_type", "skipped")) == [("shop", "ThingPainted", 4)]
    assert handled() == [(key, 1)]
    assert InboxMessage.objects.count() == 1 and not aside()


def test_a_handler_gets_consecutive_events_as_one_batch() -> None:
    """Fault tried: handle() calls the handler once for each event."""
    statements = count_statements(1), count_statements(100)

    assert statements[0] == statements[1] - 99  # what grows is the look-up of each thing's fault, nothing else
    assert Handled.objects.count() == 101


def count_statements(events: int) -> int:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        deliver(*(ThingMade(name=f"many-{number}", number=events) for number in range(events)))
    return len(queries)


def test_a_batch_from_before_a_takeover_changes_nothing() -> None:
    """Fault tried: records_from(0); ADVANCE_POSITION sets the position back to the end of the old batch."""
    log_id = transport().log_id()
    (key,) = keys_of_partition(0, 1)
    append(*(made(key, number) for number in range(1, 7)))
    records = [
        Record(TOPIC, 0, r.offset, r.key, [(n, v.encode()) for n, v in r.headers.items()], r.body)
        for r in stored_records()
    ]
    early, late = (Batch(TOPIC, 0, half[0].offset, tuple(half)) for half in (records[:3], records[3:]))
    InboxPosition.objects.create(consumer="shop", topic=TOPIC, partition=0, log_id=log_id)
    assert process_batch(early, consumer="shop", log_id=log_id) == 3
    assert process_batch(late, consumer="shop", log_id=log_id) == 6
    before = handled()
    InboxMessage.objects.all().delete()  # so that not the inbox but the position is what protects

    assert process_batch(early, consumer="shop", log_id=log_id) == 6

    assert positions() == {0: 6}
    assert handled() == before and len(before) == 6


def test_two_consumers_share_the_partitions_and_handle_each_record_once() -> None:
    """Fault tried: share = len(leases) in hold_share."""
    with consuming("consumer-1"), consuming("consumer-2"):
        wait_until(lambda: ask("SELECT count(DISTINCT owner) FROM log_lease") == [(2,)])
        append(*(made(key) for key in KEYS))
        wait_until(all_read)

    assert sorted(handled()) == sorted((key, 1) for key in KEYS)
