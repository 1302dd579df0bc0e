"""Calls to parties that take no commands: marked as attempted, made outside any transaction, repeated until known."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flextx.clock import database_now
from flextx.crash_points import crash_point, register_pair
from flextx.outcome import Outcome
from flextx.saga.declaration import Outside, OutsideAnswer, Step
from flextx.saga.models import Run, StepSide
from flextx.saga.moving import fail, go_on, settle
from flextx.saga.runs import current_side, declaration_of, lock_run, park, store
from flextx.transactions import CommitPoints

logger = logging.getLogger(__name__)
_ANSWER = CommitPoints("saga.answer")
_BEFORE_CALL, _AFTER_CALL = register_pair("saga.outside", "an outside party is called")


@dataclass(frozen=True, slots=True)
class Call:
    """A call to make once the attempt is committed."""

    outside: Outside
    step: Step


def mark_attempted(run: Run, side: StepSide, step: Step, outside: Outside, now: datetime) -> Call:
    """Before the call, so that after a crash nobody takes it for never made. The run's epoch and claims stay."""
    side.asked += 1
    side.save(update_fields=["asked"])
    run.deadline_at = None  # the request may have left from now on: no deadline takes it back
    run.next_due_at = now + timedelta(seconds=step.policy.timeout_seconds)
    run.save(update_fields=["deadline_at", "next_due_at"])
    return Call(outside, step)


def make_call(call: Call, run_id: UUID, epoch: int) -> None:
    """Ask the outside party and write down what it said. `epoch`: the claim under which this is done."""
    crash_point(_BEFORE_CALL)
    answer = _ask(call, run_id)
    crash_point(_AFTER_CALL)
    _take_answer(run_id, epoch, call, answer)


def _ask(call: Call, run_id: UUID) -> OutsideAnswer:
    """An error in the caller's own code says nothing of what the other side did."""
    try:
        return call.outside.call(Run.objects.get(run_id=run_id))
    except Exception as error:  # whatever it is
        logger.exception("step %s of run %s: the call failed", call.step.name, run_id)
        return OutsideAnswer(Outcome.UNKNOWN, code=type(error).__name__, detail=str(error)[:1000])


@_ANSWER.atomic()
def _take_answer(run_id: UUID, epoch: int, call: Call, answer: OutsideAnswer) -> None:
    """Fenced: whoever took the run up meanwhile asks again, with the same number."""
    run = lock_run(run_id)
    side = current_side(run)
    if run.epoch != epoch or side is None or side.state != StepSide.State.ATTEMPTED:
        logger.warning("run %s moved on while an outside party was asked: it is asked again", run_id)
        return
    now = database_now()
    if answer.outcome is Outcome.UNKNOWN:
        fail(run, side, call.step, now, _words(answer))
        store(run, now)
    elif answer.outcome is Outcome.REFUSED and call.outside.is_owed:
        side.last_error = _words(answer)
        side.save(update_fields=["last_error"])
        park(run, reason="outside_refused", error=side.last_error)
        store(run, now)
    else:
        state = StepSide.State.APPLIED if answer.outcome is Outcome.OK else StepSide.State.REFUSED
        settle(side, state, now, code=answer.code, detail=answer.detail[:1000], result=dict(answer.result))
        go_on(run, declaration_of(run), now)


def _words(answer: OutsideAnswer) -> str:
    return f"{answer.code or answer.outcome.value.lower()}: {answer.detail}"
