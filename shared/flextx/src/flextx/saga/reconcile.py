"""What must not be overlooked: steps skipped by hand until they are made good, and runs that nobody takes up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.db.models import Max, QuerySet

from flextx.clock import database_now
from flextx.errors import Refusal
from flextx.operate.actions import ReasonMissing, record_action
from flextx.operate.models import OperatorAction
from flextx.reconciliation import Findings, declare
from flextx.saga.due import DueRuns
from flextx.saga.models import Run, StepSide
from flextx.saga.people import RunNotFound
from flextx.saga.runs import UnknownRun, lock_run
from flextx.transactions import atomic

RESOLVE = "resolve"
# A dead recovery worker is back, or another has taken over, long before.
OVERDUE_SECONDS = 60
_TAKEN_UP_MAX = 200


class NothingToResolve(Refusal):
    """No step of this run was skipped by hand, or what was skipped is resolved already."""

    code: ClassVar = "nothing_to_resolve"


class NobodyTookItUp(Refusal):
    """The run is still overdue: see its last error at GET /api/v1/runs/{run_id}, and whether recovery workers run."""

    code: ClassVar = "still_overdue"


def compare_skipped_steps(findings: Findings) -> None:
    """Adds each skipped step that nobody has resolved: what it should have done is missing."""
    skipped = list(StepSide.objects.filter(state=StepSide.State.SKIPPED).select_related("run").order_by("id"))
    resolved = _resolved_at(side.run_id for side in skipped)
    findings.checked += len(skipped)
    for side in skipped:
        if _is_open(side, resolved.get(side.run_id)):
            detail = f"{side.side} {side.name} of {side.run.saga} {side.run.business_key} was skipped by hand"
            findings.differs(SKIPPED_STEP, str(side.run_id), detail)


def compare_overdue_runs(findings: Findings) -> None:
    """Adds each run whose time came long ago: whoever should have taken it up does not run."""
    limit = database_now() - timedelta(seconds=OVERDUE_SECONDS)
    for run in _overdue(limit).order_by("next_due_at")[:1000]:
        detail = f"{run.saga} {run.business_key} was due at {run.next_due_at}: is a recovery worker alive?"
        findings.differs(OVERDUE_RUN, str(run.run_id), detail)


@atomic("saga.resolve")
def resolve(*, run_id: UUID, who: str, why: str) -> Run:
    """What was skipped is made good, and `why` says how. Raises RunNotFound, ReasonMissing, NothingToResolve."""
    if not why:
        raise ReasonMissing()
    try:
        run = lock_run(run_id)
    except UnknownRun:
        raise RunNotFound() from None
    resolved = _resolved_at([run_id]).get(run_id)
    skipped = StepSide.objects.filter(run=run, state=StepSide.State.SKIPPED).order_by("id")
    names = [f"{side.side} {side.name}" for side in skipped if _is_open(side, resolved)]
    if not names:
        raise NothingToResolve()
    before, after = {"skipped": names, "resolved": False}, {"skipped": names, "resolved": True}
    record_action(subject=_subject(run_id), action=RESOLVE, who=who, why=why, before=before, after=after)
    return run


def take_up(run_id: str) -> str:
    """What a recovery worker would do: whatever is due, the oldest first, until this run is not overdue any more."""
    limit = database_now() - timedelta(seconds=OVERDUE_SECONDS)
    for _ in range(_TAKEN_UP_MAX):
        if not _overdue(limit).filter(run_id=run_id).exists():
            return "the run was taken up, as a recovery worker does"
        if not DueRuns().work_one():
            break
    raise NobodyTookItUp()


def _overdue(limit: datetime) -> QuerySet[Run]:
    return Run.objects.filter(state__in=["running", "waiting", "undoing"], next_due_at__lt=limit)


def _resolved_at(run_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """When each of the runs was last resolved, if ever."""
    run_of = {_subject(run_id): run_id for run_id in run_ids}
    rows = OperatorAction.objects.filter(action=RESOLVE, subject__in=run_of).values_list("subject")
    return {run_of[subject]: at for subject, at in rows.annotate(at=Max("done_at"))}


def _is_open(side: StepSide, resolved_at: datetime | None) -> bool:
    return resolved_at is None or side.settled_at is None or resolved_at < side.settled_at


def _subject(run_id: UUID) -> str:
    return f"run-{run_id}"


SKIPPED_STEP = declare(
    "skipped_step",
    meaning="A step was skipped by hand, and nobody said that what it should have done is made good",
    what_to_do="Make it good, then POST /api/v1/runs/{id}/resolve with how",
)
OVERDUE_RUN = declare(
    "overdue_run",
    meaning="A run's time came long ago, and nobody took it up",
    what_to_do="Is a recovery worker alive? See make status and the run's last error at GET /api/v1/runs/{id}",
    repair=take_up,
)
