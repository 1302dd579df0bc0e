"""Operators read a range again, or have what was sent go out again: nothing is done twice, no position moves."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from flextx.clock import database_now
from flextx.envelope import rfc3339
from flextx.inbox.models import DivertedKey, DivertedRecord, InboxMessage
from flextx.operate.actions import act
from flextx.operate.models import OperatorAction
from flextx.outbox.models import OutboxMessage
from flextx.testing import relay_once, wait_until
from tests.flextx.appending import append, keys_of_partition, made, outgoing
from tests.flextx.inbox_rows import all_read, aside, consume_all, consuming, handled, positions, shelved
from tests.flextx.message_log import stored_records, tell
from tests.flextx.shop.events import ThingPainted
from tests.flextx.shop.models import Fault
from tests.flextx.shop.services import make

pytestmark = pytest.mark.usefixtures("shop")
ONE, TWO = keys_of_partition(0, 2)


def flextx(*words: str) -> list[dict[str, Any]]:
    out = StringIO()
    call_command("flextx", *words, "--topic", "shop.things", "--who", "op-1", "--reason", "a bug", stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def replayed(start: int, end: int, partition: int = 0) -> dict[str, Any]:
    (done,) = flextx("replay", "--partition", str(partition), "--from", str(start), "--to", str(end))
    return done


def counts(done: dict[str, Any]) -> tuple[int, int, int, int]:
    return done["handled"], done["absorbed"], done["diverted"], done["skipped"]


def test_what_was_handled_is_absorbed_and_what_was_lost_is_handled() -> None:
    """Fault tried: _beside_its_consumer that advances the position; `handled` counted from the records."""
    append(made(ONE, 1), made(TWO, 1), outgoing(ThingPainted(name=ONE), ONE), made(ONE, 2), made(TWO, 2))
    consume_all()
    before = positions()

    assert counts(replayed(0, 5)) == (0, 4, 0, 1)
    InboxMessage.objects.filter(key=ONE).delete()
    done = replayed(1, 5)

    assert (done["start"], done["end"], counts(done)) == (1, 5, (1, 2, 0, 1))
    assert handled() == [(ONE, 1), (TWO, 1), (ONE, 2), (TWO, 2), (ONE, 2)] and len(shelved()) == 4
    assert positions() == before
    first, second = OperatorAction.objects.order_by("id")
    assert (first.action, first.subject, first.who, first.why) == ("replay", "topic-shop.things", "op-1", "a bug")
    assert (first.before["records"], second.after[0]["handled"]) == (5, 1)


def test_a_record_that_fails_goes_aside_and_one_of_its_key_waits_behind_it() -> None:
    """Fault tried: the second run, one by one, left out."""
    append(made(ONE, 1), made(TWO, 1), made(ONE, 2))
    consume_all()
    InboxMessage.objects.all().delete()
    Fault.objects.create(name=ONE, kind="refusal", number=1)

    assert counts(replayed(0, 3)) == (1, 0, 2, 0)

    assert aside() == {f"{ONE}@0": "parked", f"{ONE}@2": "waiting"} and DivertedKey.objects.count() == 1
    assert DivertedRecord.objects.get(offset=0).reason == "NotOnSale"


def test_what_a_person_gave_up_stays_so_and_what_was_handled_is_open_again_when_it_fails() -> None:
    """Fault tried: _reopened that always takes the new row: its key would wait for ever; that reopens a skipped one."""
    Fault.objects.create(name=ONE, kind="refusal", number=1)
    Fault.objects.create(name=TWO, kind="refusal", number=1)
    append(made(ONE, 1), made(TWO, 1))
    consume_all()
    given_up, repaired = DivertedRecord.objects.order_by("offset")
    act(action="skip", parked_id=f"inbox-{given_up.pk}", who="op-1", why="no")
    act(action="retry", parked_id=f"inbox-{repaired.pk}", who="op-1", why="yes")
    Fault.objects.filter(name=TWO).update(number=99)
    with consuming():
        wait_until(lambda: not DivertedKey.objects.exists(), seconds=60)
    InboxMessage.objects.all().delete()
    Fault.objects.filter(name=TWO).update(number=1)

    assert counts(replayed(0, 2)) == (0, 0, 2, 0)

    assert aside() == {f"{ONE}@0": "skipped", f"{TWO}@1": "parked"}
    assert list(DivertedKey.objects.values_list("key", "due_at")) == [(TWO, None)]


def test_what_is_not_read_yet_is_left_to_the_consumer() -> None:
    """Fault tried: the range's end not cut at the position: a key's later record is handled before its earlier one."""
    append(made(ONE, 1))
    consume_all()
    append(made(ONE, 2), made(ONE, 3))

    done = replayed(0, 3)

    assert (done["end"], counts(done)) == (1, (0, 1, 0, 0)) and handled() == [(ONE, 1)]
    consume_all()
    assert handled() == [(ONE, 1), (ONE, 2), (ONE, 3)]


def test_beside_a_running_consumer_everything_is_handled_once() -> None:
    """Fault tried: a replay past the inbox, which forgets what was taken in before it handles."""
    with consuming():
        for number in range(1, 41):
            append(made(ONE, number), made(TWO, number))
            if number % 4 == 0:
                replayed(0, 2 * number)
        wait_until(all_read, seconds=60)

    assert sorted(handled()) == sorted((key, number) for key in (ONE, TWO) for number in range(1, 41))
    assert [number for key, number in handled() if key == ONE] == list(range(1, 41)) and aside() == {}


def test_a_range_of_times_reads_every_partition() -> None:
    """Fault tried: offsets_at that looks at one partition."""
    append(made("early"))
    start = rfc3339(database_now())
    append(*(made(f"thing-{number}") for number in range(12)))
    end = rfc3339(database_now())
    append(made("late"))
    consume_all()

    done = flextx("replay", "--from", start, "--to", end)

    assert sum(one["absorbed"] for one in done) == 12 and {one["partition"] for one in done} == {0, 1, 2, 3}
    assert len(handled()) == 14


def test_a_range_the_log_does_not_hold_is_refused() -> None:
    """Fault tried: the earliest offset not looked at."""
    append(made(ONE, 1), made(ONE, 2))
    consume_all()
    tell("DELETE FROM log_record WHERE record_offset = 0 AND partition = 0 AND topic = 'shop.things'")

    for start, end, code in (("0", "2", "not_in_the_log"), ("2", "1", "not_in_the_log"), ("x", "2", "no_range")):
        with pytest.raises(CommandError, match=code):
            flextx("replay", "--partition", "0", "--from", start, "--to", end)
    with pytest.raises(CommandError, match="no_range"):
        flextx("replay", "--from", "0", "--to", "2")
    with pytest.raises(CommandError, match="no_range"):
        flextx("republish", "--from", "2026-11-21T08:00:00", "--to", "2026-11-21T09:00:00Z")
    assert handled() == [(ONE, 1), (ONE, 2)]


def test_what_was_sent_in_a_time_goes_out_again_under_its_ids() -> None:
    """Fault tried: the end of the range included; parked rows sent too."""
    make("early")
    relay_once()
    start = rfc3339(database_now())
    for name in ("cup", "plate", "cup"):
        make(name)
    relay_once()
    end = rfc3339(database_now())
    make("late")
    relay_once()

    (done,) = flextx("republish", "--from", start, "--to", end)
    relay_once()
    consume_all()

    assert done == {"topic": "shop.things", "again": 3}
    keys = [record.key for record in stored_records()]
    assert (keys.count("cup"), keys.count("plate"), keys.count("early"), keys.count("late")) == (4, 2, 1, 1)
    assert len(handled()) == 5 and OutboxMessage.objects.filter(resent=1).count() == 3
    assert OperatorAction.objects.get().after == {"again": 3}
