"""Answers made up for a run, handed to the real engine as if they had just come."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction
from uuid_utils.compat import uuid7

from flextx.clock import database_now
from flextx.envelope import Envelope
from flextx.inbox.registry import Delivery
from flextx.outcome import Outcome
from flextx.saga.declaration import Outside, OutsideAnswer
from flextx.saga.due import DueRuns
from flextx.saga.messages import Reply, Settled, Side
from flextx.saga.models import Run, StepSide
from flextx.saga.outside import make_call, mark_attempted
from flextx.saga.people import decide
from flextx.saga.replies import take_replies
from flextx.saga.runs import declaration_of, lock_run
from flextx.tracing import new_traceparent
from flextx.transports.protocol import Record

TOPIC = "replies for tests"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def answer_command(run: Run, side: StepSide, outcome: str, *, code: str = "") -> None:
    """The participant's reply comes in."""
    with transaction.atomic():
        take_replies([reply_to(run, side, outcome, code=code)])


def reply_to(run: Run, side: StepSide, outcome: str, *, code: str = "") -> Delivery[Reply]:
    """A reply to the last try of this side. A refusal has the code `refused` unless another is given."""
    now, event_id = database_now(), uuid7()
    reply = Reply(
        run_id=run.run_id,
        step=side.name,
        side=Side(side.side),
        command_id=side.command_id,
        outcome=Settled(outcome),
        duplicate=False,
        code=code or ("refused" if outcome == Settled.REFUSED else ""),
        detail="",
        result={},
        consumer="participant",
        cause_event_id=event_id,
        cause_topic=TOPIC,
        cause_partition=0,
        cause_offset=0,
        received_at=now,
        answered_at=now,
    )
    envelope = Envelope(
        event_id=event_id,
        event_type="Reply",
        event_version=1,
        source="tests",
        occurred_at=now,
        sequence=1,
        traceparent=new_traceparent(),
    )
    record = Record(TOPIC, 0, 0, str(run.run_id), envelope.headers(), reply.body())
    return Delivery(reply, envelope, record, "tests", now)


def answer_outside(run: Run, side: StepSide, outcome: str) -> None:
    """The outside party is called and says this; `failed`: nobody knows whether it did it."""
    known = {"applied": Outcome.OK, "refused": Outcome.REFUSED}.get(outcome, Outcome.UNKNOWN)
    answer = OutsideAnswer(known, code="" if known is Outcome.OK else outcome)
    with transaction.atomic():
        run = lock_run(run.run_id)
        step = declaration_of(run).steps[side.number]
        call = mark_attempted(run, side, step, Outside(lambda _: answer), database_now())
    make_call(call, run.run_id, run.epoch)


def decide_for_person(run: Run, *, approved: bool) -> None:
    """Somebody other than the initiator decides."""
    decide(run_id=run.run_id, approved=approved, who="a second person", why="a test says so")


def let_it_be_too_late(run: Run, side: StepSide) -> None:
    """The run's deadline, or this side's where the run has none any more, passes; and a recovery worker looks."""
    Run.objects.filter(pk=run.pk, deadline_at__isnull=False).update(deadline_at=LONG_AGO)
    StepSide.objects.filter(pk=side.pk).update(deadline_at=LONG_AGO)
    Run.objects.filter(pk=run.pk).update(next_due_at=LONG_AGO)
    DueRuns().work_one()
