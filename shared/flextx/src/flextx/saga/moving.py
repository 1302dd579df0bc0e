"""How a run moves: step by step forwards, or back, until it waits for somebody or ends."""

from __future__ import annotations

import traceback
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from flextx.crash_points import crash_point, register
from flextx.errors import Refusal
from flextx.outages import RETRY_ALL
from flextx.saga.asking import ask, look_again_at
from flextx.saga.declaration import Kind, LocalService, Outside, Person, Saga, Step
from flextx.saga.messages import Side, command_id
from flextx.saga.models import Run, StepSide
from flextx.saga.runs import current_side, end, park, store, turn_back

_AFTER_LOCAL = register("saga.local.after", "a local step is done, the run's transaction still open")
_SETTLED_FORWARDS = (StepSide.State.APPLIED, StepSide.State.SKIPPED)
_SETTLED_BACKWARDS = (StepSide.State.APPLIED, StepSide.State.EMPTY, StepSide.State.SKIPPED)


def go_on(run: Run, saga: Saga, now: datetime) -> None:
    """Take the locked run as far as it goes now, and store it. It stops where it waits, parked, or at its end."""
    for _ in range(2 * len(saga.steps) + 2):
        if run.is_final or run.state == Run.State.PARKED or not _take_step(run, saga, now):
            break
    store(run, now)


def settle(side: StepSide, state: str, now: datetime, **said: Any) -> None:
    """Write down what became of one side, for good; `said`: code, detail, result."""
    side.state, side.settled_at = state, now
    for name, value in said.items():
        setattr(side, name, value)
    side.save()


def has_led_on(side: StepSide) -> bool:
    """Is this side over, and the run past it?"""
    return side.state in (_SETTLED_FORWARDS if side.side == Side.DO else _SETTLED_BACKWARDS)


def fail(run: Run, side: StepSide, step: Step, now: datetime, error: str) -> None:
    """A definite failure: tried again later, and after the policy's last try a person is asked."""
    side.tries += 1
    side.last_error = run.last_error = error
    side.save()
    if side.tries >= step.policy.tries_max:
        park(run, reason="tries_exhausted", error=error)
    else:
        run.next_due_at = now + timedelta(seconds=step.policy.wait_seconds(side.tries))


def _take_step(run: Run, saga: Saga, now: datetime) -> bool:
    """One step, or the end. False: it waits here."""
    if not 0 <= run.step_number < len(saga.steps):
        end(run, saga, now)
        return False
    step, forwards = saga.steps[run.step_number], run.side == Side.DO
    if not _is_to_be_taken(run, step):
        run.step_number += 1 if forwards else -1
        return True
    side = current_side(run) or _open_side(run, saga, step, now)
    if side.state == StepSide.State.ATTEMPTED:
        _begin(run, step, side, now)
    if side.state == StepSide.State.ATTEMPTED:
        return False
    _follow(run, saga, side)
    return True


def _is_to_be_taken(run: Run, step: Step) -> bool:
    if run.side == Side.DO:
        return step.applies_to(run.data)
    done = StepSide.objects.filter(run=run, number=run.step_number, side=Side.DO).first()
    if step.undo is None or done is None:
        return False
    if isinstance(step.do, type):  # nobody knows what became of a command without an answer: its undo finds out
        return done.state in (StepSide.State.ATTEMPTED, *_SETTLED_FORWARDS)
    return done.state == StepSide.State.APPLIED


def _open_side(run: Run, saga: Saga, step: Step, now: datetime) -> StepSide:
    return StepSide.objects.create(
        run=run,
        number=run.step_number,
        name=step.name,
        kind=saga.kind(run.step_number).value,
        side=run.side,
        command_id=command_id(run.run_id, step.name, Side(run.side)),
        deadline_at=now + timedelta(seconds=step.policy.deadline_seconds),
    )


def _begin(run: Run, step: Step, side: StepSide, now: datetime) -> None:
    """Set it going; unless it is settled at once, the run waits until its next due time."""
    action = step.action(Side(run.side))
    run.state = Run.State.RUNNING if run.side == Side.DO else Run.State.UNDOING
    if isinstance(action, Person):
        run.state = Run.State.WAITING
        look_again_at(run, side, side.deadline_at)
    elif isinstance(action, Outside):
        run.next_due_at = now  # the recovery worker calls, outside any transaction
    elif isinstance(action, type):
        if side.asked == 0:
            ask(run, step, side, action, now)
    elif action is not None:
        _do_here(run, step, side, action, now)


def _do_here(run: Run, step: Step, side: StepSide, service: LocalService, now: datetime) -> None:
    """A refusal is an answer where there is a way back; backwards, behind the pivot, or any other error: a failure."""
    try:
        with transaction.atomic():
            result = dict(service(run) or {})
            crash_point(_AFTER_LOCAL)
    except RETRY_ALL:
        raise
    except Exception as error:  # whatever the service raises; its own work is rolled back
        if isinstance(error, Refusal) and run.side == Side.DO and side.kind != Kind.RETRIABLE:
            settle(side, StepSide.State.REFUSED, now, code=error.code, detail=error.detail[:1000])
        else:
            fail(run, side, step, now, "".join(traceback.format_exception(error, limit=-8))[-4000:])
    else:
        settle(side, StepSide.State.APPLIED, now, result=result)


def _follow(run: Run, saga: Saga, side: StepSide) -> None:
    """Where a settled side leads: on, or back, or to a person."""
    if has_led_on(side):
        if run.side == Side.DO and run.step_number == saga.pivot:
            run.deadline_at = None
        run.step_number += 1 if run.side == Side.DO else -1
    elif run.side == Side.DO and saga.kind(run.step_number) is not Kind.RETRIABLE:
        turn_back(run, reason=side.code or side.state, detail=side.detail)
    else:
        park(run, reason=f"{side.side}_{side.state}", error=f"{side.code}: {side.detail}")
