"""Deadlines, by the database's clock: what can go back goes back, what cannot waits for a person. Never both."""

from datetime import timedelta

import pytest

from flextx.saga.models import Run, StepSide
from tests.flextx.run_rows import LONG_AGO, answer, commands, make_due, recover, run_of, side, sides, state
from tests.flextx.shop.models import Fault
from tests.flextx.shop.saga import BUY, SELL, SHIP, start

pytestmark = pytest.mark.usefixtures("db")


def pass_deadline(of_run: bool) -> None:
    """The run's, or that of the side it stands at."""
    if of_run:
        assert Run.objects.filter(deadline_at__isnull=False).update(deadline_at=LONG_AGO) == 1
    else:
        assert StepSide.objects.filter(state="attempted").update(deadline_at=LONG_AGO) == 1
    Run.objects.update(next_due_at=LONG_AGO)
    recover()


@pytest.mark.parametrize("of_run", [True, False])
def test_behind_the_deadline_it_is_undone_also_while_nobody_knows(of_run: bool) -> None:
    """Fault tried: give_up_if_too_late looks at the run's deadline only, or at the side's only."""
    run_id = start(SELL, "cup")

    pass_deadline(of_run)

    assert sides(run_id) == {"do reserve": "attempted", "undo reserve": "attempted"}
    assert [row.event_type for row in commands(run_id)] == ["ReserveThing", "ReleaseThing"]
    answer(run_id, "undo reserve", "applied")
    assert (state(run_id), run_of(run_id).reason) == ("undone", "deadline_passed")


def test_an_hour_away_and_back_before_the_deadline_goes_on() -> None:
    """Fault tried: give_up_if_too_late compares with the wrong sign."""
    run_id = start(SELL, "cup")
    Run.objects.update(deadline_at=run_of(run_id).created_at + timedelta(minutes=30))
    make_due(run_id)
    recover()
    assert state(run_id) == "running"

    answer(run_id, "do reserve", "applied")
    answer(run_id, "do book", "applied")

    assert state(run_id) == "done" and run_of(run_id).deadline_at is None


def test_no_deadline_counts_behind_the_point_of_no_return() -> None:
    """Fault tried: may_turn_back without its comparison with the pivot."""
    run_id = start(SELL, "cup")
    answer(run_id, "do reserve", "applied")
    assert run_of(run_id).deadline_at is None

    pass_deadline(of_run=False)

    assert (state(run_id), run_of(run_id).parked_reason) == ("parked", "deadline_passed")
    assert run_of(run_id).last_error == "book got no answer in time" and "undo reserve" not in sides(run_id)


def test_a_remote_point_of_no_return_is_not_undone_once_it_was_asked() -> None:
    """Fault tried: may_turn_back without `asked`: shipped and released."""
    run_id = start(SHIP, "cup")
    answer(run_id, "do reserve", "applied")

    pass_deadline(of_run=False)

    assert (state(run_id), run_of(run_id).parked_reason) == ("parked", "deadline_passed")


def test_a_step_that_keeps_failing_is_undone_at_the_deadline() -> None:
    """Fault tried: a local step is not asked for its deadline."""
    Fault.objects.create(name="cup: do wrap", kind="defect")
    run_id = start(SELL, "cup")
    answer(run_id, "do reserve", "applied")
    assert side(run_id, "do wrap").state == "attempted"

    pass_deadline(of_run=True)

    assert sides(run_id) == {"do reserve": "applied", "do wrap": "attempted", "undo reserve": "attempted"}


def test_an_undo_that_is_not_answered_in_time_is_a_persons() -> None:
    """Fault tried: the undo is given up like a do."""
    run_id = start(SELL, "cup")
    pass_deadline(of_run=True)
    StepSide.objects.filter(side="do").update(state="refused", settled_at=LONG_AGO)

    pass_deadline(of_run=False)

    assert (state(run_id), run_of(run_id).parked_reason) == ("parked", "deadline_passed")
    answer(run_id, "undo reserve", "applied")
    assert state(run_id) == "undone"


def test_a_persons_wait_ends_with_the_runs_deadline() -> None:
    """Fault tried: the next look is at the step's own deadline, however much later that is."""
    run_id = start(BUY, "cup", needs_approval=True)
    run = run_of(run_id)
    assert run.state == "waiting" and run.next_due_at == run.deadline_at

    pass_deadline(of_run=True)

    assert (state(run_id), run_of(run_id).reason) == ("refused", "deadline_passed")
