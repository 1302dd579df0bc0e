"""The relay: records of one key reach the log in order, whoever sends them and whoever dies."""

from collections import Counter

import pytest

from flextx.outbox.models import OutboxMessage
from flextx.outbox.publish import bucket_of
from flextx.outbox.relay import Relay
from flextx.testing import relay_once, running, wait_until
from flextx.transports.choose import transport
from tests.flextx.message_log import Stored, ask, stored_records
from tests.flextx.outbox_rows import all_sent, held_by
from tests.flextx.processes import DIED, Staff
from tests.flextx.shop.services import make

KEYS = [f"thing-{number}" for number in range(40)]


def numbers_by_key(records: list[Stored]) -> dict[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for record in records:
        numbers.setdefault(record.key, []).append(int(record.headers["ce_sequence"]))
    return numbers


def test_two_relays_share_the_keys_and_keep_each_in_order(staff: Staff) -> None:
    """Fault tried: NEXT_HEADS without its condition on the relay's buckets."""
    staff.relay("relay-1")
    staff.relay("relay-2")
    wait_until(lambda: held_by() == {"relay-1": 16, "relay-2": 16}, seconds=60)

    for _ in range(10):
        for key in KEYS:
            make(key)
    wait_until(all_sent, seconds=30)

    sent_by = Counter(OutboxMessage.objects.values_list("sent_by", flat=True))
    assert sum(sent_by.values()) == 400 and min(sent_by["relay-1"], sent_by["relay-2"]) >= 80, sent_by
    assert numbers_by_key(stored_records()) == {key: list(range(1, 11)) for key in KEYS}


def test_a_wave_takes_the_next_of_each_key_only(shop: None) -> None:
    """Fault tried: NEXT_HEADS without its NOT EXISTS (earlier): one wave takes all four."""
    for key in ("cup", "cup", "plate", "plate"):
        make(key)

    relay_once()

    order = [(r.key, r.headers["ce_sequence"]) for r in sorted(stored_records(), key=lambda r: r.headers["ce_id"])]
    assert order == [("cup", "1"), ("cup", "2"), ("plate", "1"), ("plate", "2")]
    waves = {tuple(sorted(wave)) for wave in _appended_together()}
    assert waves == {(("cup", 1), ("plate", 1)), (("cup", 2), ("plate", 2))}


def _appended_together() -> list[list[tuple[str, int]]]:
    """What each of the log's transactions appended, as (key, sequence)."""
    rows = ask("SELECT xmin::text, key, headers FROM log_record ORDER BY 1")
    waves: dict[str, list[tuple[str, int]]] = {}
    for transaction, key, headers in rows:
        waves.setdefault(transaction, []).append((key, int(dict(headers)["ce_sequence"])))
    return list(waves.values())


def test_a_relay_that_dies_after_sending_sends_again_and_no_key_goes_backwards(staff: Staff) -> None:
    """Fault tried: the wave is marked as sent before it is sent: the records of the death are missing."""
    for key in KEYS[:10] * 3:
        make(key)

    assert staff.relay("relay-1", "--once", crash="relay.send.after:die:1").wait() == DIED
    with running(Relay(name="relay-2", transport=transport())):
        wait_until(all_sent)

    records = stored_records()
    assert Counter(record.headers["ce_sequence"] for record in records) == {"1": 20, "2": 10, "3": 10}
    assert numbers_by_key(records) == {key: [1, 1, 2, 3] for key in KEYS[:10]}


def test_all_of_a_keys_records_are_in_one_bucket_and_one_partition(shop: None) -> None:
    """Fault tried: _place chooses the partition by the body."""
    for _ in range(5):
        make("cup")

    relay_once()

    assert {message.bucket for message in OutboxMessage.objects.all()} == {bucket_of("cup")}
    places = [(record.partition, record.offset) for record in stored_records()]
    assert places == [(places[0][0], offset) for offset in range(5)]


@pytest.mark.usefixtures("shop")
def test_a_sent_row_says_where_its_record_is() -> None:
    """Fault tried: the producer answers with a fixed offset."""
    for key in KEYS:
        make(key)

    relay_once()

    where = {(r.partition, r.offset): r.headers["ce_id"] for r in stored_records()}
    rows = OutboxMessage.objects.all()
    assert {(row.partition, row.offset): str(row.event_id) for row in rows} == where
    assert len(where) == 40 and all(row.sent_at is not None and row.deaths == 0 for row in rows)
