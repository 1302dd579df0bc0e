"""Steps that a person decides: approve, refuse, or nobody in time; never by whoever started the run."""

from functools import partial
from uuid import UUID, uuid4

import pytest

from flextx.errors import Refusal
from flextx.operate.actions import ReasonMissing, SamePerson, act
from flextx.operate.models import OperatorAction
from flextx.saga.models import Run
from flextx.saga.people import NothingToDecide, RunNotFound, decide
from tests.flextx.run_rows import commands, recover, run_of, side, sides, state
from tests.flextx.shop.saga import BUY, SELL, start
from tests.support.threads import together

pytestmark = pytest.mark.usefixtures("shop")


def test_an_approval_goes_on_and_says_who_and_why() -> None:
    """Fault tried: decide without record_action."""
    run_id = start(BUY, "cup", needs_approval=True)
    assert state(run_id) == "waiting" and commands(run_id) == []

    decide(run_id=run_id, approved=True, who="op-1", why="known to us")

    assert state(run_id) == "running" and len(commands(run_id)) == 1
    assert side(run_id, "do approve").by_hand and side(run_id, "do approve").detail == "known to us"
    row = OperatorAction.objects.get()
    assert (row.subject, row.action, row.who, row.why) == (f"run-{run_id}", "approve", "op-1", "known to us")
    assert (row.before["state"], row.after["state"]) == ("waiting", "running")


def test_without_need_nobody_is_asked() -> None:
    """Fault tried: only_if is not looked at."""
    assert list(sides(start(BUY, "cup", needs_approval=False))) == ["do reserve"]


def test_a_refusal_ends_it() -> None:
    """Fault tried: refused counts as approved."""
    run_id = start(BUY, "cup", needs_approval=True)

    decide(run_id=run_id, approved=False, who="op-1", why="never heard of them")

    run = run_of(run_id)
    assert (run.state, run.reason, run.detail) == ("refused", "not_approved", "never heard of them")
    assert commands(run_id) == []


@pytest.mark.parametrize(("who", "why", "refusal"), [("u-1", "mine", SamePerson), ("op-1", "", ReasonMissing)])
def test_nobody_decides_on_their_own_run_or_without_a_reason(who: str, why: str, refusal: type[Refusal]) -> None:
    """Faults tried: each condition left out."""
    run_id = start(BUY, "cup", needs_approval=True)

    with pytest.raises(refusal):
        decide(run_id=run_id, approved=True, who=who, why=why)

    assert state(run_id) == "waiting" and not OperatorAction.objects.exists()


def test_only_a_run_that_waits_for_a_person_is_decided() -> None:
    """Fault tried: decide without its look at the state: the reservation is taken for approved."""
    other = start(SELL, "cup")
    with pytest.raises(NothingToDecide):
        decide(run_id=other, approved=True, who="op-1", why="why")
    with pytest.raises(RunNotFound):
        decide(run_id=uuid4(), approved=True, who="op-1", why="why")


def test_of_two_who_decide_at_once_one_does() -> None:
    """Fault tried: decide without the run's lock."""
    for number in range(10):
        run_id = start(BUY, f"cup-{number}", needs_approval=True)
        said = [partial(answered, run_id, who, approved) for who, approved in (("op-1", True), ("op-2", False))]
        assert sorted(together(said)) == [False, True]
    assert OperatorAction.objects.count() == 10 and not Run.objects.filter(state="waiting").exists()


def answered(run_id: UUID, who: str, approved: bool) -> bool:
    try:
        decide(run_id=run_id, approved=approved, who=who, why="why")
    except NothingToDecide:
        return False
    return True


def test_a_run_that_was_parked_while_it_waited_waits_again_after_retry() -> None:
    """Fault tried: due again it is only put off: running, with nobody who could decide."""
    run_id = start(BUY, "cup", needs_approval=True)
    Run.objects.update(state="parked", parked_reason="stuck", next_due_at=None)

    act(action="retry", parked_id=f"run-{run_id}", who="op-1", why="the version is deployed again")
    recover()
    assert state(run_id) == "waiting"
    decide(run_id=run_id, approved=True, who="op-1", why="known to us")

    assert len(commands(run_id)) == 1
