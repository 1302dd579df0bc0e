"""Steps that a person decides."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from flextx.clock import database_now
from flextx.errors import Refusal
from flextx.operate.actions import ReasonMissing, SamePerson, record_action
from flextx.saga.models import Run, StepSide
from flextx.saga.moving import go_on, settle
from flextx.saga.runs import UnknownRun, current_side, declaration_of, lock_run
from flextx.transactions import atomic


class RunNotFound(Refusal):
    """There is no such run, or it is not yours."""

    status: ClassVar = 404
    code: ClassVar = "not_found"


class NothingToDecide(Refusal):
    """The run does not wait for anybody's decision now."""

    code: ClassVar = "nothing_to_decide"


@atomic("saga.decide")
def decide(*, run_id: UUID, approved: bool, who: str, why: str) -> Run:
    """Approve or refuse the step for which the run waits; nobody decides on what they started themselves.

    Raises RunNotFound, NothingToDecide, SamePerson, ReasonMissing; nothing is changed then.
    """
    if not why:
        raise ReasonMissing()
    try:
        run = lock_run(run_id)
    except UnknownRun:
        raise RunNotFound() from None
    side = current_side(run)
    if run.state != Run.State.WAITING or side is None:
        raise NothingToDecide()
    if run.initiator == who:
        raise SamePerson()
    before = {"state": run.state, "step": side.name}
    state = StepSide.State.APPLIED if approved else StepSide.State.REFUSED
    now = database_now()
    settle(side, state, now, code="" if approved else "not_approved", detail=why, by_hand=True)
    go_on(run, declaration_of(run), now)
    after = {"state": run.state, "step": side.name}
    action = "approve" if approved else "refuse"
    record_action(subject=f"run-{run_id}", action=action, who=who, why=why, before=before, after=after)
    return run
