"""The relay: whoever stood still or died is replaced, and whatever it still does afterwards changes nothing."""

from collections import Counter

import pytest
from pytest_django import Settings

from flextx.outbox.models import OutboxLease, OutboxMember, OutboxMessage
from flextx.outbox.relay import Relay
from flextx.testing import relay_once, running, wait_until
from flextx.transports.choose import transport
from tests.flextx.message_log import stored_records
from tests.flextx.outbox_rows import all_sent, held_by, states
from tests.flextx.processes import Staff, Worker
from tests.flextx.shop.services import make


def stored_ids() -> Counter[str]:
    return Counter(record.headers["ce_id"] for record in stored_records())


def where_rows_say_they_are() -> dict[str, tuple[int | None, int | None]]:
    return {str(row.event_id): (row.partition, row.offset) for row in OutboxMessage.objects.all()}


def freeze_at(relay: Worker, point: str) -> None:
    """The point delays for long enough to stop the process there."""
    wait_until(lambda: f"crash point {point}: delay" in relay.said(), seconds=60)
    relay.freeze()


def test_a_relay_frozen_after_sending_cannot_write_back_what_its_successor_did(staff: Staff) -> None:
    """Fault tried: mark takes all answers, whoever holds the buckets now."""
    make("cup")
    make("plate")
    frozen = staff.relay("relay-1", crash="relay.send.after:delay:1")
    freeze_at(frozen, "relay.send.after")
    assert states() == {"cup/1": "pending", "plate/1": "pending"}

    with running(Relay(name="relay-2", transport=transport())):
        wait_until(all_sent)
        written = where_rows_say_they_are()
        # Even a row that looks unsent is not the frozen one's any more. One statement: relay-2 sends what is due.
        OutboxMessage.objects.update(state="pending", due_at="2100-01-01T00:00:00Z")

        frozen.wake()
        wait_until(lambda: "2 of 2 sent records were in buckets taken over meanwhile" in frozen.said())

    assert states() == {"cup/1": "pending", "plate/1": "pending"}
    assert where_rows_say_they_are() == written
    assert set(stored_ids().values()) == {2}  # sent twice, for the inbox to absorb


def test_a_relay_frozen_before_sending_does_not_send(staff: Staff) -> None:
    """Fault tried: _renew_leases_that_end_before_the_answer does nothing."""
    make("cup")
    frozen = staff.relay("relay-1", crash="relay.send.before:delay:1")
    freeze_at(frozen, "relay.send.before")

    with running(Relay(name="relay-2", transport=transport())):
        wait_until(all_sent)
        make("cup")
        wait_until(all_sent)
        frozen.wake()
        wait_until(lambda: "stood still for longer than its lease allows" in frozen.said())

    assert [record.headers["ce_sequence"] for record in stored_records()] == ["1", "2"]


def test_a_dead_relays_keys_are_sent_by_the_living_after_its_lease(staff: Staff) -> None:
    """Fault tried: hold_share takes only leases without an owner."""
    dead = staff.relay("relay-1")
    wait_until(lambda: held_by()["relay-1"] == 32, seconds=60)
    with running(Relay(name="relay-2", transport=transport())):
        wait_until(lambda: held_by() == {"relay-1": 16, "relay-2": 16})
        dead.kill()
        for number in range(40):
            make(f"thing-{number}")
        wait_until(all_sent)

        assert held_by() == {"relay-2": 32}
    assert set(stored_ids().values()) == {1}


def test_a_relay_that_starts_again_under_its_name_goes_on_at_once(staff: Staff) -> None:
    """Fault tried: hold_share as if no process had just started: the epochs stay as they were."""
    dead = staff.relay("relay-1")
    wait_until(lambda: held_by()["relay-1"] == 32, seconds=60)
    dead.kill()
    lease = OutboxLease.objects.first()
    assert lease is not None
    OutboxLease.objects.update(lease_until="2100-01-01T00:00:00Z")  # nobody can wait for it to end
    OutboxMember.objects.update(seen_until="2100-01-01T00:00:00Z")
    make("cup")

    relay = Relay(name="relay-1", transport=transport())
    with running(relay):
        wait_until(all_sent)
        assert {row.epoch for row in OutboxLease.objects.all()} == {lease.epoch + 1}


def test_sigterm_lets_the_wave_finish_and_gives_everything_back(staff: Staff, settings: Settings) -> None:
    """Fault tried: run() without _leave; SIGTERM not handled."""
    settings.FLEXTX = settings.FLEXTX | {"RELAY_LEASE_SECONDS": 60}
    make("cup")
    relay = staff.relay("relay-1", crash="relay.send.after:delay:1")
    wait_until(lambda: "relay.send.after: delay" in relay.said(), seconds=60)
    make("cup")

    assert relay.terminate() == 0

    assert states() == {"cup/1": "sent", "cup/2": "pending"}
    assert held_by() == {None: 32}
    assert OutboxMember.objects.count() == 0


@pytest.mark.usefixtures("shop")
def test_once_sends_all_that_is_due_and_ends() -> None:
    """Fault tried: once ends after the first wave."""
    for _ in range(5):
        make("cup")
    OutboxMessage.objects.filter(sequence=4).update(due_at="2100-01-01T00:00:00Z")

    relay_once()

    assert [row.state for row in OutboxMessage.objects.order_by("sequence")] == ["sent"] * 3 + ["pending"] * 2
    assert held_by() == {None: 32}
