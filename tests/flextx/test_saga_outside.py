"""Outside parties: attempted before they are called, asked again while nobody knows, never undone on a guess."""

from uuid import UUID

import pytest

from flextx.saga.models import Run, StepSide
from tests.flextx.processes import DIED, Staff
from tests.flextx.run_rows import LONG_AGO, answer, commands, make_due, recover, run_of, side, sides, state
from tests.flextx.shop.models import Call, Fault
from tests.flextx.shop.saga import BUY, start

pytestmark = pytest.mark.usefixtures("shop")


def before_the_call() -> UUID:
    run_id = start(BUY, "cup")
    answer(run_id, "do reserve", "applied")
    return run_id


def calls() -> list[str]:
    return list(Call.objects.order_by("id").values_list("answer", flat=True))


def test_it_is_called_by_the_worker_and_its_answer_is_kept() -> None:
    """Fault tried: the call is made in the transaction that took the reply."""
    run_id = before_the_call()
    assert calls() == [] and side(run_id, "do pay").asked == 0

    recover()

    assert calls() == [""] and side(run_id, "do pay").result == {"paid": True}
    assert sides(run_id) == {"do reserve": "applied", "do pay": "applied", "do book": "attempted"}


def test_a_refusal_goes_back() -> None:
    """Fault tried: REFUSED is asked again."""
    Fault.objects.create(name="cup: call", kind="refusal")
    run_id = before_the_call()

    recover()
    answer(run_id, "undo reserve", "applied")

    run = run_of(run_id)
    assert (run.state, run.reason, run.detail) == ("undone", "no_money", "The card is empty.")
    assert calls() == ["refusal"]


@pytest.mark.parametrize("kind", ["unknown", "defect"])
def test_unknown_is_asked_again_with_the_same_number(kind: str) -> None:
    """Faults tried: UNKNOWN goes back; an error in the caller's code goes back."""
    fault = Fault.objects.create(name="cup: call", kind=kind)
    run_id = before_the_call()
    recover()
    assert side(run_id, "do pay").tries >= 1 and state(run_id) == "running"

    fault.delete()
    make_due(run_id)
    recover()

    assert state(run_id) == "running" and side(run_id, "do pay").state == "applied"
    assert set(Call.objects.values_list("run_id", flat=True)) == {run_id} and calls()[-1] == ""


def test_a_call_that_stays_unknown_is_a_persons_and_goes_on_after_retry() -> None:
    """Fault tried: it is undone after its tries."""
    Fault.objects.create(name="cup: call", kind="unknown")
    run_id = before_the_call()
    for _ in range(3):
        make_due(run_id)
        recover()

    assert (state(run_id), run_of(run_id).parked_reason) == ("parked", "tries_exhausted")
    assert calls() == ["unknown"] * 3 and len(commands(run_id)) == 1


def test_no_deadline_undoes_a_call_that_may_have_left() -> None:
    """Fault tried: may_turn_back without its look for outside parties: paid and released."""
    Fault.objects.create(name="cup: call", kind="unknown")
    run_id = before_the_call()
    Run.objects.update(deadline_at=LONG_AGO)  # passed, but nobody has looked
    Run.objects.update(next_due_at=LONG_AGO)
    recover()
    assert state(run_id) == "undoing" and calls() == []  # not called yet: there is a way back

    second = start(BUY, "plate")
    answer(second, "do reserve", "applied")
    Fault.objects.create(name="plate: call", kind="unknown")
    recover()
    assert run_of(second).deadline_at is None
    StepSide.objects.filter(run_id=second).update(deadline_at=LONG_AGO)
    make_due(second)
    recover()

    assert (state(second), run_of(second).parked_reason) == ("parked", "deadline_passed")
    assert "undo reserve" not in sides(second)


def test_a_worker_that_dies_in_the_call_left_its_attempt_behind(staff: Staff) -> None:
    """Fault tried: mark_attempted is not committed before the call."""
    fault = Fault.objects.create(name="cup: call", kind="death")
    run_id = before_the_call()

    assert staff.recovery("recovery-1", "--once").wait() == DIED
    assert side(run_id, "do pay").asked == 1 and run_of(run_id).deadline_at is None

    fault.delete()
    make_due(run_id)
    assert staff.recovery("recovery-1", "--once").wait() == 0
    assert calls() == ["death", ""] and side(run_id, "do pay").state == "applied"


def test_the_late_answer_of_a_worker_that_stood_still_is_not_taken(staff: Staff) -> None:
    """Fault tried: _take_answer without its look at the epoch: settled twice, the second time over the booking."""
    fault = Fault.objects.create(name="cup: call", kind="freeze")
    run_id = before_the_call()
    frozen = staff.recovery("recovery-1", "--once")
    frozen.wait_until_frozen()
    Fault.objects.filter(pk=fault.pk).update(kind="unknown")
    make_due(run_id)
    recover()
    # Somebody else has it, and asks again later.
    Run.objects.update(next_due_at="2100-01-01T00:00:00Z")

    frozen.wake()
    assert frozen.wait() == 0

    assert "moved on while an outside party was asked" in frozen.said()
    assert side(run_id, "do pay").state == "attempted" and "unknown" in calls()
