"""A gift's coins are held, then spent for the host's income, or given back: each exactly once."""

from dataclasses import replace

import pytest

from account_service.ledger.models import Account
from tests.account_service.commands import Gift, applied, ask, balances, ledger, moved
from tests.account_service.stories import OWNER, credit

GIFT = Gift()


def test_charging_holds_the_senders_coins() -> None:
    """Fault tried: charged into the sink at once."""
    credit("u-1", 160)

    transfers = applied(GIFT.charge())

    assert moved(transfers) == [("gift_charge", 100, "user/u-1", "escrow/u-1")]
    assert balances() == {"user/u-1/COIN": 60, "escrow/u-1/COIN": 100}
    assert transfers[0].cause_id == "g-1"
    (entry,) = OWNER.get("/api/v1/accounts/u-1/balances").json()["balances"]
    assert (entry["available"], entry["held"], entry["owed"]) == (60, 100, 0)


def test_the_hosts_account_is_made_before_the_coins_are_taken() -> None:
    """So that settling finds it. Fault tried: make_accounts left out of charge_gift."""
    credit("u-1", 160)

    applied(GIFT.charge())

    host = Account.objects.get(owner_id="h-1")
    assert (host.kind, host.asset, host.balance, host.last_leg) == ("user", "LITCHI", 0, 0)


def test_settling_spends_what_was_held_and_gives_the_host_the_income() -> None:
    """Fault tried: `closes` left out of _settle; income in COIN."""
    credit("u-1", 160)
    (charge,) = applied(GIFT.charge())

    settle, income = applied(GIFT.settle())

    assert moved([settle, income]) == [
        ("gift_settle", 100, "escrow/u-1", "sink/system"),
        ("gift_income", 70, "issuer/system", "user/h-1"),
    ]
    assert (settle.closes_transfer_id, settle.reverses_transfer_id) == (charge.pk, None)
    assert (settle.asset, income.asset) == ("COIN", "LITCHI")
    assert balances() == {"user/u-1/COIN": 60, "user/h-1/LITCHI": 70}


def test_refunding_gives_back_what_was_held() -> None:
    """Fault tried: `reverses` left out of opposite; `closes` left out of refund_gift."""
    credit("u-1", 160)
    (charge,) = applied(GIFT.charge())

    (refund,) = applied(GIFT.refund())

    assert moved([refund]) == [("gift_refund", 100, "escrow/u-1", "user/u-1")]
    assert (refund.closes_transfer_id, refund.reverses_transfer_id) == (charge.pk, charge.pk)
    assert balances() == {"user/u-1/COIN": 160}


@pytest.mark.parametrize("coins", [99, 1])
def test_too_few_coins_are_refused_and_nothing_moves(coins: int) -> None:
    """Fault tried: the balance's check left out of _add_leg: the database refuses it, and the record goes aside."""
    credit("u-1", coins)
    before = ledger()

    reply = ask(GIFT.charge())

    assert (reply.outcome, reply.code, reply.result) == ("refused", "insufficient_funds", {})
    assert ledger() == before


def test_the_last_coin_can_be_given() -> None:
    credit("u-1", 100)

    applied(GIFT.charge(), GIFT.settle())

    assert balances() == {"user/h-1/LITCHI": 70}


def test_who_never_had_coins_is_told_so_and_no_account_is_made() -> None:
    """Fault tried: AccountUnknown left out: insufficient_funds. LITCHI taken for coins."""
    credit("u-2", 100)
    applied(Gift("g-0", sender_id="u-2", host_id="u-1").charge())  # u-1 has an account, but none of coins
    before = ledger()

    reply = ask(GIFT.charge())

    assert (reply.outcome, reply.code) == ("refused", "account_unknown")
    assert ledger() == before


def test_one_can_send_a_gift_to_oneself() -> None:
    credit("u-1", 100)

    applied((gift := replace(GIFT, host_id="u-1")).charge(), gift.settle())

    assert balances() == {"user/u-1/LITCHI": 70}


def test_two_gifts_of_one_sender_are_held_and_ended_apart() -> None:
    """Fault tried: the hold named after its sender."""
    credit("u-1", 300)
    other = Gift("g-2", coins=30, litchi=21)

    applied(GIFT.charge(), other.charge(), GIFT.settle())

    assert balances() == {"user/u-1/COIN": 170, "escrow/u-1/COIN": 30, "user/h-1/LITCHI": 70}
    applied(other.refund())
    assert balances() == {"user/u-1/COIN": 200, "user/h-1/LITCHI": 70}
