"""A settled gift is taken back whole, both assets at once, or not at all."""

import pytest

from account_service.ledger.models import Account, Transfer
from tests.account_service.commands import Gift, applied, ask, balances, ledger, moved
from tests.account_service.stories import OPERATOR, credit, send_back

GIFT = Gift()


@pytest.fixture
def settled() -> dict[str, Transfer]:
    """By kind."""
    credit("u-1", 160)
    applied(GIFT.charge(), GIFT.settle())
    return {row.kind: row for row in Transfer.objects.all()}


def test_each_transfer_of_the_gift_is_undone_by_its_mirror(settled: dict[str, Transfer]) -> None:
    """Fault tried: each of the three left out of reverse_gift; `reverses` left out of opposite."""
    back = applied(GIFT.reverse())

    assert moved(back) == [
        ("undo_gift_income", 70, "user/h-1", "issuer/system"),
        ("undo_gift_settle", 100, "sink/system", "escrow/u-1"),
        ("undo_gift_charge", 100, "escrow/u-1", "user/u-1"),
    ]
    assert [each.reverses_transfer_id for each in back] == [
        settled[kind].pk for kind in ("gift_income", "gift_settle", "gift_charge")
    ]
    assert [each.closes_transfer_id for each in back] == [None, None, back[1].pk]
    assert balances() == {"user/u-1/COIN": 160}


def test_a_host_who_has_spent_the_income_is_not_overdrawn(settled: dict[str, Transfer]) -> None:
    """Fault tried: InsufficientFunds not told as host_spent."""
    send_back(("user", "h-1", "LITCHI"), 1)
    before = ledger()

    reply = ask(GIFT.reverse())

    assert (reply.outcome, reply.code, reply.result) == ("refused", "host_spent", {})
    assert ledger() == before


@pytest.mark.parametrize(("spent", "owed"), [(70, 70), (69, 69), (1, 1), (0, 0)])
def test_by_an_operators_word_what_the_host_lacks_becomes_the_hosts_debt(
    settled: dict[str, Transfer], spent: int, owed: int
) -> None:
    """Fault tried: all of it lent instead of what is missing; nothing lent."""
    if spent:
        send_back(("user", "h-1", "LITCHI"), spent)

    back = applied(GIFT.reverse(to_debt=True))

    loan = [("debt_loan", owed, "debt/h-1", "user/h-1")] if owed else []
    assert moved(back)[:-2] == [*loan, ("undo_gift_income", 70, "user/h-1", "issuer/system")]
    assert balances() == {"user/u-1/COIN": 160} | ({"debt/h-1/LITCHI": -owed} if owed else {})
    (entry,) = OPERATOR.get("/api/v1/accounts/h-1/balances").json()["balances"]
    assert (entry["asset"], entry["available"], entry["held"], entry["owed"]) == ("LITCHI", 0, 0, owed)


def test_after_a_refusal_another_run_may_take_it_back(settled: dict[str, Transfer]) -> None:
    send_back(("user", "h-1", "LITCHI"), 7)
    ask(GIFT.reverse())

    applied(Gift(undoing=2).reverse(to_debt=True))

    assert balances() == {"user/u-1/COIN": 160, "debt/h-1/LITCHI": -7}


def test_it_is_taken_back_once(settled: dict[str, Transfer]) -> None:
    """Fault tried: AlreadyReversed left out: the second run is told `applied`."""
    applied(GIFT.reverse())
    before = ledger()

    again, other = ask(GIFT.reverse()), ask(Gift(undoing=2).reverse())

    assert (again.outcome, again.duplicate) == ("applied", True)
    assert (other.outcome, other.code) == ("refused", "already_reversed")
    assert ledger() == before


@pytest.mark.parametrize("ended", [False, True])
def test_what_was_never_settled_is_not_taken_back(ended: bool) -> None:
    """Fault tried: NotSettled left out."""
    credit("u-1", 160)
    applied(GIFT.charge(), *([GIFT.refund()] if ended else []))
    before = ledger()

    reply = ask(GIFT.reverse(to_debt=True))

    assert (reply.outcome, reply.code) == ("refused", "not_settled")
    assert ledger() == before


def test_a_gift_that_nobody_sent_leaves_no_account_behind() -> None:
    reply = ask(GIFT.reverse())

    assert (reply.outcome, reply.code) == ("refused", "not_settled")
    assert not Account.objects.exists()


def test_the_senders_debt_is_settled_from_what_comes_back(settled: dict[str, Transfer]) -> None:
    """Fault tried: repayments only for recharges."""
    send_back(("user", "u-1", "COIN"), 80, to_debt=True)  # 60 were there
    assert balances() == {"debt/u-1/COIN": -20, "user/h-1/LITCHI": 70}

    back = applied(GIFT.reverse())

    assert moved(back)[-1] == ("debt_repayment", 20, "user/u-1", "debt/u-1")
    assert balances() == {"user/u-1/COIN": 80}
