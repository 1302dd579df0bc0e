"""REPAIR=1 at the account service: news go out again and orders are announced again; no coin is moved by it."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models.functions import Now

from account_service.ledger.models import Transfer
from flextx.operate.models import OperatorAction
from flextx.outbox.models import OutboxMessage
from tests.account_service.books import credited, named, reconcile
from tests.account_service.shop import COINS, Shop
from tests.account_service.stories import balance_of, deliver, everything, order_of, record_of, without_triggers


def repair() -> dict[str, Any]:
    out = StringIO()
    try:
        call_command("reconcile", "--repair", "--format", "json", "--wait-seconds", "0", stdout=out)
    except SystemExit as ended:
        assert str(ended.code) == "1"
    told = json.loads(out.getvalue())
    assert isinstance(told, dict)
    return told


def names(said: dict[str, Any], what: str) -> list[tuple[str, str]]:
    return [(one["class"], one["id"]) for one in said[what]]


def audited() -> list[tuple[str, str, Any]]:
    return list(OperatorAction.objects.order_by("id").values_list("subject", "who", "after"))


def sent(shop: Shop) -> None:
    """As after the order service's relay had done its work."""
    shop.query("UPDATE flextx_outbox_outboxmessage SET state = 'sent', sent_at = now(), partition = 1, \"offset\" = 7")


def announcements(shop: Shop) -> list[tuple[Any, ...]]:
    rows = shop.database.execute("SELECT key, state, resent FROM flextx_outbox_outboxmessage ORDER BY id")
    return rows.fetchall()


def test_a_healthy_ledger_is_not_touched(shop: Shop) -> None:
    credited(shop)
    before = everything()

    said = repair()

    assert (said["repaired"], said["left"], said["differences"]) == ([], [], [])
    assert (everything(), audited()) == (before, [])


def test_an_order_whose_coins_never_came_is_announced_again(shop: Shop) -> None:
    """Fault tried: the order service's refusal taken for a yes; the pause between two repairs left out."""
    order_no = shop.is_paid(seconds_ago=60)
    sent(shop)

    said = repair()

    assert (names(said, "repaired"), names(said, "differences")) == ([("missing_credit", order_no)],) * 2
    assert announcements(shop) == [(order_no, "pending", 1)]
    done = {"done": "the order service sends OrderCompleted again"}
    assert audited() == [(f"missing_credit-{order_no}", "reconcile", done)]
    sent(shop)
    again = repair()  # its message is still on its way
    assert (names(again, "repaired"), names(again, "left")) == ([], [("missing_credit", order_no)])
    assert announcements(shop) == [(order_no, "sent", 1)]

    deliver(record_of(order_of("u-1", COINS, order_no=order_no)))

    assert (repair()["repaired"], balance_of("u-1"), reconcile()[0]) == ([], COINS, 0)


def test_an_order_whose_announcement_has_not_left_yet_is_left(shop: Shop) -> None:
    order_no = shop.is_paid(seconds_ago=60)

    said = repair()

    assert (names(said, "repaired"), names(said, "left")) == ([], [("missing_credit", order_no)])
    assert "has not left yet" in said["left"][0]["why"]
    assert announcements(shop) == [(order_no, "pending", 0)]


def credited_and_not_told(shop: Shop) -> str:
    order_no = shop.is_paid(seconds_ago=120)
    deliver(record_of(order_of("u-1", COINS, order_no=order_no)))
    without_triggers("UPDATE ledger_transfer SET created_at = created_at - interval '61 seconds'")
    return order_no


def test_a_credit_that_the_order_service_does_not_know_of_is_named(shop: Shop) -> None:
    """Fault tried: the comparison left out; a credited order named too."""
    order_no = credited_and_not_told(shop)
    assert named(reconcile()[1]) == [("credit_not_told", order_no)]

    shop.calls_credited(order_no)

    assert reconcile()[0] == 0


def test_what_was_just_credited_has_time_to_be_told(shop: Shop) -> None:
    order_no = shop.is_paid(seconds_ago=120)
    deliver(record_of(order_of("u-1", COINS, order_no=order_no)))

    assert reconcile()[0] == 0


def test_a_credit_is_told_again_and_nothing_is_moved(shop: Shop) -> None:
    order_no = credited_and_not_told(shop)
    OutboxMessage.objects.update(state="sent", sent_at=Now() - timedelta(seconds=61), partition=1, offset=7)
    event_id = OutboxMessage.objects.get().event_id

    said = repair()

    assert names(said, "repaired") == [("credit_not_told", order_no)]
    row = OutboxMessage.objects.get()
    assert (row.event_id, row.state, row.resent) == (event_id, "pending", 1)
    assert (Transfer.objects.count(), balance_of("u-1")) == (1, COINS)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_account SET balance = balance + 1 WHERE owner_id = 'u-1'",
        "UPDATE ledger_transfer SET amount = amount + 1",
        "UPDATE ledger_transfer SET kind = 'bonus'",
    ],
)
def test_what_somebody_changed_by_hand_is_for_people(shop: Shop, statement: str) -> None:
    credited(shop)
    without_triggers(statement)
    before = everything()

    said = repair()

    by_hand = [one for one in said["differences"] if one["class"] != "missing_credit"]
    assert by_hand and all((one["repair"], bool(one["what_to_do"])) == (None, True) for one in by_hand)
    assert {(one["class"], one["id"]) for one in by_hand} <= set(names(said, "left"))
    assert (said["repaired"], everything()) == ([], before)
