"""A run as a whole: how it is locked, turns back, is parked and ends. Everything here needs its lock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from flextx.errors import FlextxError
from flextx.saga.declaration import Saga, declared
from flextx.saga.messages import Side
from flextx.saga.models import Run, StepSide


class UnknownRun(FlextxError):
    """A reply names a run that is not here: it belongs to another database, or this one was set back."""


class UnknownDefinition(FlextxError):
    """The run was started under a definition that this code no longer declares: deploy that version again."""


def lock_runs(run_ids: Iterable[UUID]) -> dict[UUID, Run]:
    """Locked in the order of their ids, so that two batches never wait for each other in a ring."""
    runs = Run.objects.select_for_update().filter(run_id__in=set(run_ids)).order_by("run_id")
    return {run.run_id: run for run in runs}


def lock_run(run_id: UUID) -> Run:
    """Raises UnknownRun."""
    run = Run.objects.select_for_update().filter(run_id=run_id).first()
    if run is None:
        raise UnknownRun(f"run {run_id}")
    return run


def declaration_of(run: Run) -> Saga:
    """The steps that the run was started under. Raises UnknownDefinition."""
    saga = declared(run.saga, run.version)
    if saga is None:
        raise UnknownDefinition(f"{run.saga} version {run.version} is not declared here: deploy it again")
    return saga


def current_side(run: Run) -> StepSide | None:
    """The side of the step where the run stands, if it has begun."""
    return StepSide.objects.filter(run=run, number=run.step_number, side=run.side).first()


def turn_back(run: Run, *, reason: str, detail: str) -> None:
    """From here on everything is undone, beginning with the step where it stands: even one that nobody answered."""
    run.side = Side.UNDO
    run.state = Run.State.UNDOING
    run.reason, run.detail = reason, detail[:1000]
    run.deadline_at = None


def park(run: Run, *, reason: str, error: str = "") -> None:
    """It waits for a person, who finds it in the list of what is parked."""
    run.state = Run.State.PARKED
    run.parked_reason, run.last_error = reason, error or run.last_error
    run.next_due_at = None


def end(run: Run, saga: Saga, now: datetime) -> None:
    """Done, undone (something was taken back) or refused (nothing was ever done)."""
    if run.side == Side.DO:
        run.state = Run.State.DONE
    else:
        undone = StepSide.objects.filter(run=run, side=Side.UNDO, state=StepSide.State.APPLIED).exists()
        run.state = Run.State.UNDONE if undone else Run.State.REFUSED
        run.open_key = None
    run.finished_at, run.next_due_at, run.deadline_at = now, None, None
    if saga.ended is not None:
        saga.ended(run)


def store(run: Run, now: datetime) -> None:
    """Write the run down after a move. A worker that still holds an older epoch has nothing to say any more."""
    run.epoch += 1
    run.claims = 0
    run.moved_at = now
    run.save()
