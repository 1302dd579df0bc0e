"""The coins of a refunded recharge are held first, then taken for good, or let go."""

from dataclasses import replace
from typing import Any

import pytest

from account_service.ledger.models import Transfer
from tests.account_service.commands import Refund, applied, ask, balances, ledger, moved
from tests.account_service.stories import credit, deliver, order_of, record_of, send_back


@pytest.fixture
def recharge() -> Transfer:
    return credit("u-1", 60)


@pytest.fixture
def refund(recharge: Transfer) -> Refund:
    return Refund(recharge.cause_id)


def test_holding_puts_all_the_orders_coins_into_escrow(refund: Refund) -> None:
    """Fault tried: the order's number alone as the hold's cause."""
    credit("u-1", 7)

    (hold,) = applied(refund.hold())

    assert moved([hold]) == [("refund_hold", 60, "user/u-1", "escrow/u-1")]
    assert hold.cause_id == f"{refund.order_no}:{refund.run_id}"
    assert balances() == {"user/u-1/COIN": 7, "escrow/u-1/COIN": 60}


def test_taking_ends_the_hold_and_reverses_the_credit_in_full(refund: Refund, recharge: Transfer) -> None:
    """Fault tried: straight from escrow to the issuer; `reverses` on the wrong one of the two."""
    (hold,) = applied(refund.hold())

    ended, taken = applied(refund.take())

    assert moved([ended, taken]) == [
        ("refund_unhold", 60, "escrow/u-1", "user/u-1"),
        ("refund", 60, "user/u-1", "issuer/system"),
    ]
    assert (ended.closes_transfer_id, ended.reverses_transfer_id) == (hold.pk, None)
    assert (taken.closes_transfer_id, taken.reverses_transfer_id) == (None, recharge.pk)
    assert balances() == {}


def test_releasing_gives_back_what_was_held_and_another_attempt_is_possible(refund: Refund) -> None:
    """Fault tried: the run left out of the hold's cause: the second hold posts nothing."""
    (hold,) = applied(refund.hold())

    (released,) = applied(refund.release())

    assert moved([released]) == [("refund_release", 60, "escrow/u-1", "user/u-1")]
    assert (released.closes_transfer_id, released.reverses_transfer_id) == (hold.pk, hold.pk)
    assert balances() == {"user/u-1/COIN": 60}
    applied(refund.again.hold())
    assert balances() == {"escrow/u-1/COIN": 60}
    applied(refund.again.take())
    assert balances() == {}


@pytest.mark.parametrize("changes", [{"order_no": "R-none"}, {"owner_id": "u-2"}, {"coins": 59}, {"coins": 61}])
def test_what_was_not_credited_like_that_is_refused(refund: Refund, changes: dict[str, Any]) -> None:
    """Fault tried: was_posted that looks at the id only."""
    credit("u-2", 600)
    before = ledger()

    reply = ask(replace(refund, **changes).hold(to_debt=True))

    assert (reply.outcome, reply.code, reply.result) == ("refused", "not_credited", {})
    assert ledger() == before


def test_what_was_taken_back_is_not_held_again(refund: Refund) -> None:
    """Fault tried: the credit's reversal not looked for."""
    credit("u-1", 600)
    applied(refund.hold(), refund.take())
    before = ledger()

    reply = ask(refund.again.hold(to_debt=True))

    assert (reply.outcome, reply.code) == ("refused", "not_credited")
    assert ledger() == before


def test_spent_coins_are_refused_and_nothing_moves(refund: Refund) -> None:
    """Fault tried: to_debt taken for True."""
    send_back(("user", "u-1", "COIN"), 1)
    before = ledger()

    reply = ask(refund.hold(by_owner=True))

    assert (reply.outcome, reply.code) == ("refused", "insufficient_funds")
    assert ledger() == before


def test_commands_that_come_again_move_nothing(refund: Refund) -> None:
    """Fault tried: the barrier left out of `answers`."""
    credit("u-1", 600)
    for command in (refund.hold(), refund.take()):
        applied(command)
        before = ledger()
        again = ask(command)
        assert (again.outcome, again.duplicate) == ("applied", True)
        assert ledger() == before


def test_a_release_before_its_hold_bars_it(refund: Refund) -> None:
    before = ledger()

    assert [ask(refund.release()).outcome, ask(refund.hold()).outcome] == ["empty", "rejected"]
    assert ledger() == before


def test_a_replayed_order_is_not_credited_again_after_its_refund(refund: Refund) -> None:
    applied(refund.hold(), refund.take())
    before = ledger()

    deliver(record_of(order_of("u-1", 60, order_no=refund.order_no)))

    assert ledger() == before


def test_the_longest_order_number_fits() -> None:
    """Fault tried: cause_id as long as an order's number."""
    order_no = "R" * 100
    deliver(record_of(order_of("u-1", 60, order_no=order_no)))

    applied(Refund(order_no).hold(), Refund(order_no).take())

    assert balances() == {}
