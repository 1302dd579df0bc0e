"""Operators and messages: what is parked is listed, tried again or skipped, and a skip stays a difference."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from pytest_django import Settings

from flextx.inbox.models import DivertedKey, DivertedRecord, InboxPosition
from flextx.inbox.reconcile import compare_skipped_records
from flextx.operate.models import OperatorAction
from flextx.outbox.models import OutboxMessage, OutboxWave
from flextx.outbox.publish import publish
from flextx.outbox.reconcile import compare_skipped_messages
from flextx.reconciliation import Findings
from flextx.testing import relay_once, wait_until
from tests.flextx.appending import append, keys_of_partition, made
from tests.flextx.inbox_rows import aside, consume_all, consuming, handled
from tests.flextx.message_log import create_topic, stored_records
from tests.flextx.operators import OPERATOR, USER
from tests.flextx.outbox_rows import states
from tests.flextx.shop.events import ThingLost
from tests.flextx.shop.models import Fault
from tests.flextx.shop.services import make

pytestmark = pytest.mark.usefixtures("doors_open", "shop")
BAD, GOOD = keys_of_partition(0, 2)


def a_parked_record() -> str:
    """The first of three of its key was refused; its id in the operators' list."""
    Fault.objects.create(name=BAD, kind="refusal", number=1)
    append(made(BAD, 1), made(BAD, 2), made(GOOD, 1), made(BAD, 3))
    consume_all()
    return f"inbox-{DivertedRecord.objects.get(state='parked').pk}"


def a_parked_message(settings: Settings) -> str:
    """The topic of the first of two of its key does not exist; its id in the operators' list."""
    settings.FLEXTX = settings.FLEXTX | {"RELAY_ATTEMPTS_MAX": 1}
    for sequence in (1, 2):
        with transaction.atomic():
            publish(ThingLost(name="ring"), key="ring", sequence=sequence)
    relay_once()
    assert states() == {"ring/1": "parked", "ring/2": "pending"}
    return f"outbox-{OutboxMessage.objects.get(sequence=1).pk}"


def long_ago() -> None:
    """The message was parked so long ago that no send of it can be under way."""
    OutboxMessage.objects.filter(state="parked").update(parked_at="2000-01-01T00:00:00Z")


def differences() -> list[tuple[str, str]]:
    findings = Findings()
    compare_skipped_records(findings)
    compare_skipped_messages(findings)
    return [(each.name, each.id) for each in findings.differences]


def audited() -> list[tuple[str, str, str, str, str]]:
    rows = OperatorAction.objects.order_by("id")
    return [(row.action, row.who, row.why, row.before["state"], (row.after or {})["state"]) for row in rows]


def test_a_parked_record_is_listed_with_reason_and_stack() -> None:
    """Fault tried: items without the filter; the key not in `about`."""
    parked = a_parked_record()

    (item,) = OPERATOR.get("parked").says(200)["results"]

    assert (item["id"], item["name"], item["about"]) == (parked, "ThingMade.v1", BAD)
    assert (item["where"], item["reason"], item["tries"]) == ("shop.things/0/0", "NotOnSale", 1)
    assert "Traceback" in item["last_error"] and "NotOnSale" in item["last_error"]
    assert item["actions"] == ["retry", "skip"]
    assert OPERATOR.get(f"parked?kind=inbox&about={BAD}").says(200)["results"] == [item]
    for none in (f"kind=inbox&about={GOOD}", f"kind=outbox&about={BAD}", "kind=run", "kind=job&about=x"):
        assert OPERATOR.get(f"parked?{none}").says(200)["results"] == []
    OPERATOR.get("parked?kind=letters").says(400)


def test_a_repaired_record_is_tried_again_and_what_follows_comes_in_order() -> None:
    """Fault tried: retry keeps the tries; the key is not made due."""
    parked = a_parked_record()
    Fault.objects.all().delete()

    OPERATOR.post(f"parked/{parked}/retry", reason="on sale now").says(200)
    assert DivertedRecord.objects.get(offset=0).tries == 0
    with consuming():
        wait_until(lambda: not DivertedKey.objects.exists(), seconds=60)

    assert handled() == [(GOOD, 1), (BAD, 1), (BAD, 2), (BAD, 3)]
    assert audited() == [("retry", "op-1", "on sale now", "parked", "waiting")] and differences() == []
    OPERATOR.post(f"parked/{parked}/retry", reason="again").says(404, "not_parked")


def test_a_skipped_record_lets_its_key_go_on_and_stays_a_difference_until_it_is_resolved() -> None:
    """Fault tried: a skip that marks it handled; a resolve that anybody's retry undoes."""
    parked = a_parked_record()
    OPERATOR.post(f"parked/{parked}/skip").says(400, "reason_missing")
    OPERATOR.post(f"parked/{parked}/complete", reason="on paper").says(409, "action_refused")
    assert audited() == [] and aside()[f"{BAD}@0"] == "parked"

    OPERATOR.post(f"parked/{parked}/skip", reason="never made").says(200)
    with consuming():
        wait_until(lambda: not DivertedKey.objects.exists(), seconds=60)
    assert handled() == [(GOOD, 1), (BAD, 2), (BAD, 3)]
    assert differences() == [("skipped_message", parked)]
    OPERATOR.post(f"parked/{parked}/retry", reason="after all").says(409, "action_refused")

    OPERATOR.post(f"parked/{parked}/resolve").says(400, "reason_missing")
    OPERATOR.post(f"parked/{parked}/resolve", reason="written off").says(200)
    assert differences() == [] and aside()[f"{BAD}@0"] == "skipped"
    assert [row[0] for row in audited()] == ["skip", "resolve"]
    OPERATOR.post(f"parked/{parked}/resolve", reason="again").says(404, "not_parked")


def test_what_was_skipped_is_not_done_when_it_comes_again() -> None:
    """Somebody may have made it good by hand. Fault tried: a skip that only changes the row's state."""
    parked = a_parked_record()
    OPERATOR.post(f"parked/{parked}/skip", reason="made by hand").says(200)
    with consuming():
        wait_until(lambda: not DivertedKey.objects.exists())
    Fault.objects.all().delete()
    InboxPosition.objects.update(next_offset=0)

    consume_all()

    assert handled() == [(GOOD, 1), (BAD, 2), (BAD, 3)]


def test_a_parked_message_is_sent_once_its_reason_is_gone(settings: Settings) -> None:
    """Fault tried: retry without failures = 0: parked again by the next refusal."""
    parked = a_parked_message(settings)
    (item,) = OPERATOR.get("parked?about=ring").says(200)["results"]
    assert (item["id"], item["reason"], item["tries"]) == (parked, "refused_by_the_log", 1)
    assert "does not exist" in item["last_error"] and item["actions"] == ["retry"]
    create_topic("shop.nowhere")

    OPERATOR.post(f"parked/{parked}/retry", reason="created").says(200)
    assert OutboxMessage.objects.get(sequence=1).failures == 0
    relay_once()

    assert [record.headers["ce_sequence"] for record in stored_records("shop.nowhere")] == ["1", "2"]
    assert audited() == [("retry", "op-1", "created", "parked", "pending")]


def test_a_message_is_skipped_only_when_no_send_of_it_can_be_under_way(settings: Settings) -> None:
    """Fault tried: _may_be_under_way is always false; NEXT_HEADS held back by a skipped head."""
    parked = a_parked_message(settings)
    OPERATOR.post(f"parked/{parked}/skip", reason="why").says(409, "action_refused")
    long_ago()
    wave = OutboxWave.objects.create(member="relay-9", message_ids=[int(parked.partition("-")[2])])
    OPERATOR.post(f"parked/{parked}/skip", reason="why").says(409, "action_refused")
    assert states()["ring/1"] == "parked" and audited() == []
    wave.delete()
    create_topic("shop.nowhere")

    OPERATOR.post(f"parked/{parked}/skip", reason="a test of ours").says(200)
    relay_once()

    assert states() == {"ring/1": "skipped", "ring/2": "sent"} and differences() == [("skipped_message", parked)]
    OPERATOR.post(f"parked/{parked}/resolve", reason="told by phone").says(200)
    assert differences() == []


@pytest.mark.parametrize("action", ["retry", "skip", "complete", "resolve"])
def test_a_users_token_and_an_unknown_id_change_nothing(settings: Settings, action: str) -> None:
    """Fault tried: hold() that finds what is not parked."""
    record, message = a_parked_record(), a_parked_message(settings)
    long_ago()
    before = (aside(), states())

    for parked in (record, message):
        USER.post(f"parked/{parked}/{action}", reason="mine").says(403)
    waiting = DivertedRecord.objects.filter(state="waiting").earliest("id").pk
    pending = OutboxMessage.objects.get(state="pending").pk
    for unknown in (
        f"inbox-{waiting}",
        f"outbox-{pending}",
        "inbox-0",
        "inbox-x",
        "outbox-\uff19",
        "inbox-" + "9" * 30,
    ):
        OPERATOR.post(f"parked/{unknown}/{action}", reason="why").says(404, "not_parked")

    assert (aside(), states()) == before and audited() == []
    USER.get("parked").says(403)


def test_the_command_line_does_the_same() -> None:
    """Fault tried: list without its filters."""
    parked = a_parked_record()
    make("cup")

    assert [item["id"] for item in flextx("parked", "list", "--kind", "inbox", "--about", BAD)] == [parked]
    assert flextx("parked", "list", "--about", "cup") == []
    (done,) = flextx("parked", "skip", "--id", parked, "--who", "op-1", "--reason", "never made")

    assert done["after"]["state"] == "skipped" and audited()[0][:3] == ("skip", "op-1", "never made")


def flextx(*words: str) -> list[dict[str, dict[str, object]]]:
    out = StringIO()
    call_command("flextx", *words, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]
