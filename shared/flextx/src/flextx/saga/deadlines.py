"""When it is too late, and what follows from it."""

from __future__ import annotations

from datetime import datetime

from flextx.saga.declaration import Outside, Saga
from flextx.saga.messages import Side
from flextx.saga.models import Run, StepSide
from flextx.saga.runs import park, turn_back


def give_up_if_too_late(run: Run, saga: Saga, side: StepSide | None, now: datetime) -> bool:
    """Behind a deadline the run turns back where that is still possible; where it is not, a person must look."""
    can_turn_back = may_turn_back(run, saga, side)
    if can_turn_back and run.deadline_at is not None and run.deadline_at <= now:
        turn_back(run, reason="deadline_passed", detail="It was not done in time.")
        return True
    if side is None or side.state != StepSide.State.ATTEMPTED or side.deadline_at > now:
        return False
    if can_turn_back:
        turn_back(run, reason="deadline_passed", detail=f"{side.name} was not done in time.")
    else:
        park(run, reason="deadline_passed", error=side.last_error or f"{side.name} got no answer in time")
    return True


def may_turn_back(run: Run, saga: Saga, side: StepSide | None) -> bool:
    """Never once a request has left whose effect nothing here can take back."""
    if run.side != Side.DO or run.step_number > saga.pivot or run.step_number >= len(saga.steps):
        return False
    may_have_left = side is not None and side.asked > 0
    is_outside = isinstance(saga.steps[run.step_number].do, Outside)
    return not (may_have_left and (is_outside or run.step_number == saga.pivot))
