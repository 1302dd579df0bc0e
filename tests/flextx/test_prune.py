"""Retention: what nobody can need any more goes, beside all workers; what is unsent, unread or undecided never."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from flextx.inbox.models import DivertedRecord, InboxMessage, InboxPosition
from flextx.outbox.models import OutboxMessage
from flextx.outbox.relay import Relay
from flextx.testing import relay_once, running, wait_until
from flextx.transports.choose import transport
from tests.flextx.appending import append, keys_of_partition, made
from tests.flextx.inbox_rows import a_consumer, all_read, consume_all, handled
from tests.flextx.message_log import ask, tell
from tests.flextx.outbox_rows import states
from tests.flextx.processes import Staff
from tests.flextx.shop.models import Fault
from tests.flextx.shop.saga import SELL, start
from tests.flextx.shop.services import make

pytestmark = pytest.mark.usefixtures("shop")
OLD = "2000-01-01T00:00:00Z"
KEY, OTHER = keys_of_partition(0, 2)


def prune(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command("prune_messages", *words, stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def pruned(**counts: int) -> dict[str, Any]:
    return {"dry_run": False, "outbox": 0, "inbox": 0, "diverted": 0, "log": 0} | counts


def everything_is_old() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE flextx_outbox_outboxmessage SET sent_at = %s WHERE sent_at IS NOT NULL", [OLD])
        cursor.execute("UPDATE flextx_inbox_inboxmessage SET received_at = %s", [OLD])
        cursor.execute("UPDATE flextx_inbox_divertedrecord SET handled_at = %s WHERE handled_at IS NOT NULL", [OLD])
    tell("UPDATE log_record SET appended_at = %s", OLD)


def test_of_the_outbox_only_what_was_sent_long_ago_goes() -> None:
    """Fault tried: the state not looked at; resolved_at not looked at; dry_run ignored."""
    for name in ("sent", "late", "parked", "skipped", "resolved"):
        make(name)
    relay_once()
    make("pending")
    everything_is_old()
    rows = OutboxMessage.objects
    rows.filter(key="late").update(sent_at="2100-01-01T00:00:00Z")
    rows.filter(key__in=["parked", "pending"]).update(occurred_at=OLD, due_at=OLD)
    rows.filter(key="parked").update(state="parked", parked_at=OLD)
    rows.filter(key__in=["skipped", "resolved"]).update(state="skipped")
    rows.filter(key="resolved").update(resolved_at=OLD)

    assert prune("--dry-run") == pruned(outbox=2) | {"dry_run": True} and rows.count() == 6
    assert prune() == pruned(outbox=2)

    assert states() == {"late/1": "sent", "parked/1": "parked", "skipped/1": "skipped", "pending/1": "pending"}
    assert prune() == pruned()


def test_what_was_sent_for_a_run_stays_until_the_run_is_over() -> None:
    """Fault tried: a keeper that keeps nothing; one that is asked for the first portion only."""
    run_id = start(SELL, "cup")
    make("plate")
    relay_once()
    everything_is_old()

    assert prune() == pruned(outbox=1)

    assert [row.key for row in OutboxMessage.objects.all()] == [str(run_id)]


def test_of_the_inbox_only_what_was_taken_in_long_ago_goes_and_what_waits_for_anybody_stays() -> None:
    """Fault tried: diverted records pruned by age alone; skipped ones before they are resolved."""
    Fault.objects.create(name=KEY, kind="refusal", number=1)
    append(made(KEY, 1), made(KEY, 2), made(OTHER, 1), made(OTHER, 2))
    consume_all()
    InboxMessage.objects.filter(sequence=2).update(received_at="2100-01-01T00:00:00Z")
    InboxMessage.objects.filter(sequence=1).update(received_at=OLD)
    whole = DivertedRecord.objects.earliest("id")
    for state, resolved in (("handled", None), ("skipped", None), ("skipped", OLD)):
        whole.pk, whole.offset, whole.state = None, whole.offset + 100, state
        whole.handled_at, whole.resolved_at = OLD if state == "handled" else None, resolved
        whole.save()

    assert prune("--dry-run") == pruned(inbox=1, diverted=2) | {"dry_run": True}
    assert prune() == pruned(inbox=1, diverted=2)

    assert sorted(DivertedRecord.objects.values_list("state", flat=True)) == ["parked", "skipped", "waiting"]
    assert [row.sequence for row in InboxMessage.objects.all()] == [2]


def test_the_embedded_log_forgets_what_is_old_and_read_and_says_so_to_whoever_comes_back(staff: Staff) -> None:
    """Fault tried: unread records pruned; the earliest offset of an empty partition 0; _batch without check_range."""
    append(made(KEY, 1), made(KEY, 2))
    assert prune() == pruned()
    tell("UPDATE log_record SET appended_at = %s", OLD)
    assert prune() == pruned()  # nobody has read it
    consume_all()
    assert prune("--dry-run")["log"] == 2

    assert prune()["log"] == 2
    assert transport().bounds("shop.things")[0] == (2, 2)
    consume_all()  # goes on from its position
    append(made(KEY, 3))
    consume_all()
    assert handled() == [(KEY, 1), (KEY, 2), (KEY, 3)]

    InboxPosition.objects.filter(topic="shop.things", partition=0).update(next_offset=1)
    consumer = staff.consumer("consumer-1")
    assert consumer.wait() == 1
    assert "shop.things/0 holds 2 to 3, but the stored position is 1" in consumer.said()


def test_a_running_consumer_that_is_set_back_behind_what_was_forgotten_stops(staff: Staff) -> None:
    """Fault tried: _batch without check_range: records 0 and 1 would be passed in silence."""
    append(made(KEY, 1), made(KEY, 2))
    consume_all()
    tell("DELETE FROM log_record")
    consumer = staff.consumer("consumer-1")
    append(made(KEY, 3))
    wait_until(lambda: (KEY, 3) in handled(), seconds=60)  # it reads, past what it looked at when it began
    InboxPosition.objects.filter(topic="shop.things", partition=0).update(next_offset=0)
    append(made(KEY, 4))

    assert consumer.wait() == 1
    assert "shop.things/0 holds 2 to 2, but the stored position is 0" in consumer.said()
    assert handled() == [(KEY, 1), (KEY, 2), (KEY, 3)]


def test_beside_a_relay_and_a_consumer_nothing_is_lost_and_nothing_done_twice() -> None:
    """Fault tried: the outbox pruned by id alone; the log pruned of what is not read yet."""
    names = [f"thing-{number}" for number in range(10)]
    with running(Relay(name="relay-1", transport=transport()), a_consumer()):
        for _ in range(15):
            for name in names:
                make(name)
            everything_is_old()
            prune()
        wait_until(lambda: not OutboxMessage.objects.exclude(state="sent").exists(), seconds=60)
        wait_until(all_read, seconds=60)
        everything_is_old()
        wait_until(lambda: prune() == pruned(), seconds=60)

    assert sorted(handled()) == sorted((name, number) for name in names for number in range(1, 16))
    assert OutboxMessage.objects.count() == 0 == InboxMessage.objects.count()
    assert ask("SELECT count(*) FROM log_record") == [(0,)]
