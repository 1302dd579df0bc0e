"""What must not be overlooked: steps skipped by hand until they are made good, and runs that nobody takes up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.db.models import Max

from flextx.clock import database_now
from flextx.errors import Refusal
from flextx.operate.actions import ReasonMissing, record_action
from flextx.operate.models import OperatorAction
from flextx.reconciliation import Findings
from flextx.saga.models import Run, StepSide
from flextx.saga.people import RunNotFound
from flextx.saga.runs import UnknownRun, lock_run
from flextx.transactions import atomic

RESOLVE = "resolve"
# A dead recovery worker is back, or another has taken over, long before.
OVERDUE_SECONDS = 60


class NothingToResolve(Refusal):
    """No step of this run was skipped by hand, or what was skipped is resolved already."""

    code: ClassVar = "nothing_to_resolve"


def compare_skipped_steps(findings: Findings) -> None:
    """Adds each skipped step that nobody has resolved: what it should have done is missing."""
    skipped = list(StepSide.objects.filter(state=StepSide.State.SKIPPED).select_related("run").order_by("id"))
    resolved = _resolved_at(side.run_id for side in skipped)
    findings.checked += len(skipped)
    for side in skipped:
        if _is_open(side, resolved.get(side.run_id)):
            detail = f"{side.side} {side.name} of {side.run.saga} {side.run.business_key} was skipped by hand"
            findings.differs("skipped_step", str(side.run_id), detail)


def compare_overdue_runs(findings: Findings) -> None:
    """Adds each run whose time came long ago: whoever should have taken it up does not run."""
    limit = database_now() - timedelta(seconds=OVERDUE_SECONDS)
    overdue = Run.objects.filter(state__in=["running", "waiting", "undoing"], next_due_at__lt=limit)
    for run in overdue.order_by("next_due_at")[:1000]:
        detail = f"{run.saga} {run.business_key} was due at {run.next_due_at}: is a recovery worker alive?"
        findings.differs("overdue_run", str(run.run_id), detail)


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


def _resolved_at(run_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """When each of the runs was last resolved, if ever."""
    run_of = {_subject(run_id): run_id for run_id in run_ids}
    rows = OperatorAction.objects.filter(action=RESOLVE, subject__in=run_of).values_list("subject")
    return {run_of[subject]: at for subject, at in rows.annotate(at=Max("done_at"))}


def _is_open(side: StepSide, resolved_at: datetime | None) -> bool:
    return resolved_at is None or side.settled_at is None or resolved_at < side.settled_at


def _subject(run_id: UUID) -> str:
    return f"run-{run_id}"
