"""What cannot be right is never answered: not as done, and not as refused. It goes aside, and nothing moves."""

from dataclasses import replace
from typing import Any

import pytest

from flextx.inbox.models import DivertedKey, DivertedRecord
from flextx.saga.messages import Side
from tests.account_service.commands import Gift, Refund, applied, ask, balances, goes_aside, ledger
from tests.account_service.stories import credit

GIFT = Gift()


@pytest.fixture
def order_no() -> str:
    return credit("u-1", 160).cause_id


@pytest.mark.parametrize("what", ["settle", "take"])
def test_what_builds_on_nothing_waits_for_a_person(order_no: str, what: str) -> None:
    """Fault tried: check_posted left out of settle_gift and of take_refund."""
    before = ledger()

    command = GIFT.settle() if what == "settle" else Refund(order_no, coins=160).take()

    assert goes_aside(command) == "parked: TransferMissing"
    assert ledger() == before
    assert DivertedKey.objects.get().due_at is None


@pytest.mark.parametrize("changes", [{"coins": 99}, {"sender_id": "u-2"}])
def test_a_settle_with_other_content_than_its_charge(order_no: str, changes: dict[str, Any]) -> None:
    """Fault tried: `_same` made to answer True."""
    credit("u-2", 600)
    applied(GIFT.charge())
    before = ledger()

    assert goes_aside(replace(GIFT, **changes).settle()) == "parked: TransferConflict"
    assert ledger() == before


@pytest.mark.parametrize("changes", [{"coins": 99}, {"sender_id": "u-2"}, {"host_id": "h-2"}, {"litchi": 69}])
def test_taking_back_with_other_content_than_what_was_settled(order_no: str, changes: dict[str, Any]) -> None:
    """Never told as a refusal, although taking back may be refused. Fault tried: TransferConflict made a Refusal."""
    applied(GIFT.charge(), GIFT.settle())
    before = ledger()

    assert goes_aside(replace(GIFT, **changes).reverse()) == "parked: TransferConflict"
    assert ledger() == before


def test_a_charge_of_a_gift_that_another_run_has_charged_otherwise(order_no: str) -> None:
    """Fault tried: TransferConflict made a Refusal: the run would be told "refused", and coins be held."""
    applied(GIFT.charge())
    before = ledger()
    other_run = Refund("another").run_id
    other = GIFT.charge().model_copy(update={"coins": 1, "run_id": other_run, "command_id": other_run})

    assert goes_aside(other) == "parked: TransferConflict"
    assert ledger() == before


@pytest.mark.parametrize("ended_by", ["settle", "refund"])
def test_a_hold_that_has_ended_is_not_ended_again(order_no: str, ended_by: str) -> None:
    """Although enough is held, for another gift. Fault tried: `unique=True` taken from closes_transfer_id."""
    credit("u-1", 160)
    applied(Gift("g-2").charge())
    first, second = GIFT.settle(), GIFT.refund()
    if ended_by == "refund":
        first, second = second, first  # type: ignore[assignment]  # whichever comes first
    applied(GIFT.charge(), first)
    before = ledger()

    assert goes_aside(second) == "waiting: IntegrityError"
    assert ledger() == before


def test_a_refund_that_is_taken_by_two_runs_is_taken_once(order_no: str) -> None:
    """Fault tried: `unique=True` taken from reverses_transfer_id."""
    credit("u-1", 160)
    refund = Refund(order_no, coins=160)
    applied(refund.hold(), refund.again.hold(), refund.take())
    before = ledger()

    assert goes_aside(refund.again.take()) == "waiting: IntegrityError"
    assert ledger() == before
    assert balances() == {"escrow/u-1/COIN": 160}


def test_what_follows_in_the_same_run_waits_behind_it(order_no: str) -> None:
    """Fault tried: the key's later records handled."""
    goes_aside(GIFT.settle())

    goes_aside(GIFT.charge())

    assert list(DivertedRecord.objects.order_by("id").values_list("state", flat=True)) == ["parked", "waiting"]
    assert balances() == {"user/u-1/COIN": 160}
    assert ask(Gift("g-2").charge()).outcome == "applied"  # others go on


def test_a_step_is_known_by_its_run_and_not_by_its_gift(order_no: str) -> None:
    """An undo sent by another run finds nothing of its own. Fault tried: the barrier left out of `answers`."""
    applied(GIFT.charge())
    before = ledger()

    stranger = GIFT.refund().model_copy(update={"run_id": Refund("another").run_id})

    assert (stranger.side, ask(stranger).outcome) == (Side.UNDO, "empty")
    assert ledger() == before
