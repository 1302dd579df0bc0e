"""Every gap between two commits of a run: a process dies in each once, is started again, and the run ends right."""

from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from uuid import UUID

import pytest

from flextx.operate.models import OperatorAction
from flextx.policy import Policy
from flextx.recovery.models import Job
from flextx.saga.models import Run, StepSide
from flextx.testing import wait_until
from tests.flextx.job_rows import make_jobs_due, sweep
from tests.flextx.processes import DIED, Staff
from tests.flextx.run_rows import LONG_AGO, answer, effects, run_of, side, state
from tests.flextx.shop.models import Call, Effect, Fault
from tests.flextx.shop.saga import BUY, SELL, start
from tests.flextx.test_crash_gaps import dying_once_at, fired, points

PATIENT = Policy(tries_max=50, retry_first_seconds=60)
WHEN = ("before", "after")
IN_RECOVERY = ("saga.claim", "saga.due", "saga.failure", "saga.answer", "saga.outside", "saga.local", "recovery.")


def make_all_due() -> None:
    Run.objects.exclude(next_due_at=None).update(next_due_at=LONG_AGO)
    make_jobs_due()


def test_a_recovery_worker_that_dies_once_in_every_gap_loses_nothing(staff: Staff, tmp_path: Path) -> None:
    """Fault tried: the job's end in a transaction of its own: swept twice."""
    names = points(*IN_RECOVERY)
    bought, sold, unknown = start(BUY, "cup"), start(SELL, "plate"), start(SELL, "bowl")
    Fault.objects.create(name="plate: do wrap", kind="defect")
    for run_id in (bought, sold):
        answer(run_id, "do reserve", "applied")
    Run.objects.filter(run_id=unknown).update(version=9)  # nobody knows its steps: what is due for it fails
    Fault.objects.filter(name="plate: do wrap").delete()
    sweep()
    Fault.objects.create(name="wall: sweep", kind="defect")
    sweep("wall", policy=PATIENT)

    codes = []
    while not codes or codes[-1] == DIED:
        make_all_due()
        codes.append(staff.recovery("recovery-1", "--once", crash=dying_once_at(names)).wait())

    assert codes == [DIED] * len(names) + [0] and len(names) == 17
    assert fired(tmp_path) == sorted(names)
    assert side(bought, "do pay").state == "applied" and state(bought) == "running"
    assert Call.objects.count() == 3  # died behind the call, and before its answer was stored: asked again
    assert effects(sold) == ["do wrap", "do hand_over"]
    assert Counter(Job.objects.values_list("state", flat=True)) == {"done": 1, "waiting": 1}
    assert Effect.objects.filter(what="sweep").count() == 1
    assert run_of(unknown).state in ("running", "parked") and "sell version 9" in run_of(unknown).last_error


def test_a_consumer_that_dies_once_in_every_gap_does_each_step_once(staff: Staff, tmp_path: Path) -> None:
    """Fault tried: the batch commits before its commands are decided: the command is lost."""
    names = points("participant.", "saga.local")
    staff.relay("relay-1")
    run_id = start(SELL, "cup")

    for _ in names:
        assert staff.consumer("consumer-1", crash=dying_once_at(names)).wait() == DIED
    staff.consumer("consumer-1")
    wait_until(lambda: state(run_id) == "done", seconds=60)

    assert fired(tmp_path) == sorted(names) and len(names) == 2
    assert effects(run_id) == ["do reserve", "do wrap", "do hand_over", "do book"]


DECIDE = "from flextx.saga.people import decide; decide(run_id='{}', approved=True, who='op-1', why='known')"
ACT = "from flextx.operate.actions import act; act(action='skip', parked_id='run-{}', who='op-1', why='never mind')"
RESOLVE = "from flextx.saga.reconcile import resolve; resolve(run_id='{}', who='op-1', why='made good')"


def waiting_for_a_person() -> UUID:
    return start(BUY, "cup", needs_approval=True)


def parked() -> UUID:
    run_id = start(SELL, "cup")
    Run.objects.update(state="parked", parked_reason="a test", next_due_at=None)
    return run_id


def skipped() -> UUID:
    run_id = parked()
    StepSide.objects.update(state="skipped", settled_at=LONG_AGO)
    return run_id


@pytest.mark.parametrize(
    ("given", "statement", "point"),
    [(waiting_for_a_person, DECIDE, "saga.decide"), (parked, ACT, "operate.act"), (skipped, RESOLVE, "saga.resolve")],
    ids=["decide", "act", "resolve"],
)
def test_a_person_is_heard_wholly_or_not_at_all(
    staff: Staff, given: Callable[[], UUID], statement: str, point: str
) -> None:
    """Fault tried: act without its transaction."""
    run_id = given()
    before = (state(run_id), run_of(run_id).epoch)

    assert staff.shell(statement.format(run_id), crash=f"{point}.commit.before:die:1").wait() == DIED
    assert (state(run_id), run_of(run_id).epoch) == before and not OperatorAction.objects.exists()

    assert staff.shell(statement.format(run_id), crash=f"{point}.commit.after:die:1").wait() == DIED
    row = OperatorAction.objects.get()
    assert (row.subject, row.who, row.state) == (f"run-{run_id}", "op-1", "done")


def test_no_point_is_left_out() -> None:
    """Fault tried: a new point that none of these stories names."""
    import_module("tests.flextx.urls")  # the views bring in what people do
    by_people = [f"{name}.commit.{when}" for name in ("operate.act", "saga.decide", "saga.resolve") for when in WHEN]
    told = {*points(*IN_RECOVERY, "participant.", "saga.local"), *by_people}

    assert told == {name for name in points("saga.", "recovery.", "participant.", "operate.")}
