"""Commands go out through the outbox, each try as an event of its own with the same command id."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from flextx.outbox.models import OutboxMessage
from flextx.outbox.publish import Publication, physical_topic, publish_all
from flextx.saga.declaration import Kind, Step
from flextx.saga.messages import Command, Side
from flextx.saga.models import Run, StepSide
from flextx.tracing import Cause, current_cause


def ask(run: Run, step: Step, side: StepSide, command_class: type[Command], now: datetime) -> None:
    """Send the command, and look again when the answer is overdue. An answer to any try counts."""
    if side.kind == Kind.PIVOT and side.side == Side.DO:
        run.deadline_at = None  # it may be done from now on: no deadline takes it back
    run.command_sequence += 1
    side.asked += 1
    side.command_sequence = run.command_sequence
    side.save()
    command = _command(run, side, command_class)
    cause = Cause(traceparent=run.traceparent, event_id=current_cause().event_id)
    publish_all([Publication(command, str(run.run_id), run.command_sequence, cause)])
    look_again_at(run, side, now + timedelta(seconds=step.policy.silence_seconds(side.asked)))


def ask_again(run: Run, step: Step, side: StepSide, command_class: type[Command], now: datetime) -> None:
    """Silence: send it again, but never while the last try has not even left."""
    if is_unsent(run, side, command_class):
        look_again_at(run, side, now + timedelta(seconds=step.policy.timeout_seconds))
    else:
        ask(run, step, side, command_class, now)


def is_unsent(run: Run, side: StepSide, command_class: type[Command]) -> bool:
    """Is the last try's row still waiting in the outbox? One that a person skipped never leaves: it is asked anew."""
    row = OutboxMessage.objects.filter(
        topic=physical_topic(command_class.topic), key=str(run.run_id), sequence=side.command_sequence or 0
    )
    return row.filter(state__in=(OutboxMessage.State.PENDING, OutboxMessage.State.PARKED)).exists()


def look_again_at(run: Run, side: StepSide, moment: datetime) -> None:
    """Set the run's alarm: at this moment, or earlier at a deadline."""
    deadlines = [at for at in (moment, side.deadline_at, run.deadline_at) if at is not None]
    run.next_due_at = min(deadlines)


def _command(run: Run, side: StepSide, command_class: type[Command]) -> Command:
    """Its fields are taken from the run's data by their names. Raises pydantic's ValidationError, naming them."""
    head = {
        "run_id": str(run.run_id),
        "step": side.name,
        "side": side.side,
        "command_id": str(side.command_id),
        "initiator": run.initiator,
    }
    return command_class.model_validate_json(json.dumps({**run.data, **head}))
