"""Commands come again, too late or too early; each side of a step is decided once, and answered each time."""

import pytest

from account_service.ledger.models import Transfer
from flextx.outbox.models import OutboxMessage
from tests.account_service.commands import Gift, ask, balances, ledger
from tests.account_service.stories import credit

GIFT = Gift()


@pytest.mark.parametrize("how_often", [2, 3])
def test_a_command_that_comes_again_gets_the_same_answer_and_moves_nothing(how_often: int) -> None:
    """Fault tried: the stored result not given back; the effect run again."""
    credit("u-1", 300)
    for command in (GIFT.charge(), GIFT.settle()):
        first = ask(command)
        before = ledger()
        for _ in range(how_often):
            again = ask(command)
            assert (again.outcome, again.duplicate, again.result) == ("applied", True, first.result)
        assert ledger() == before


def test_a_refusal_stays_a_refusal_although_coins_came_meanwhile() -> None:
    """Fault tried: a refused do tried again."""
    credit("u-1", 1)
    first = ask(GIFT.charge())
    credit("u-1", 600)

    again = ask(GIFT.charge())

    assert (first.outcome, again.outcome, again.duplicate, again.code) == (
        *("refused", "refused"),
        *(True, "insufficient_funds"),
    )
    assert balances() == {"user/u-1/COIN": 601}
    assert ask(GIFT.refund()).outcome == "empty"


def test_what_is_undone_before_it_came_is_never_done() -> None:
    """Fault tried: the do's row not written by an undo that finds nothing."""
    credit("u-1", 300)
    before = ledger()

    undone, late, again = ask(GIFT.refund()), ask(GIFT.charge()), ask(GIFT.charge())

    assert [undone.outcome, late.outcome, again.outcome] == ["empty", "rejected", "rejected"]
    assert (late.code, late.duplicate, again.duplicate) == ("undone_before", False, True)
    assert ledger() == before


def test_replies_of_a_run_are_numbered() -> None:
    """Fault tried: last_reply_sequence not stored."""
    credit("u-1", 300)

    for command in (GIFT.charge(), GIFT.charge(), GIFT.settle()):
        ask(command)

    rows = OutboxMessage.objects.filter(key=str(GIFT.run_id)).order_by("sequence")
    assert [(row.sequence, row.event_type, row.topic) for row in rows] == [
        (number, "AccountReply", "account.replies") for number in (1, 2, 3)
    ]
    assert Transfer.objects.count() == 4
