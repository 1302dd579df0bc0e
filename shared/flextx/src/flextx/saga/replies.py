"""Replies come back: matched by command id, each recorded, and applied if the run still waits for it."""

from __future__ import annotations

from flextx.clock import database_now
from flextx.inbox.registry import Delivery, handles
from flextx.logs import about
from flextx.metrics.counting import DUPLICATES_ABSORBED
from flextx.saga.declaration import declared
from flextx.saga.messages import Reply, Side
from flextx.saga.models import ReplyReceived, Run, StepSide
from flextx.saga.moving import go_on, settle
from flextx.saga.runs import UnknownRun, lock_runs, store
from flextx.tracing import caused_by


def takes_replies(reply_class: type[Reply]) -> None:
    """Register the engine as the handler of a participant's replies; call it in the app's `handlers.py`."""
    handles(reply_class)(take_replies)


def take_replies(deliveries: list[Delivery[Reply]]) -> None:
    """Runs inside the inbox transaction: the reply and what follows from it commit together."""
    runs = lock_runs(delivery.event.run_id for delivery in deliveries)
    for delivery in deliveries:
        if delivery.event.run_id not in runs:
            raise UnknownRun(f"run {delivery.event.run_id}")
    for delivery in sorted(deliveries, key=lambda each: _lock_key(runs[each.event.run_id])):
        with caused_by(delivery.envelope.cause), about(run_id=delivery.event.run_id):
            take_reply(runs[delivery.event.run_id], delivery)


def take_reply(run: Run, delivery: Delivery[Reply]) -> None:
    """Late, stale and repeated replies are recorded and move nothing; one for a parked run's step releases it."""
    reply = delivery.event
    if ReplyReceived.objects.filter(event_id=delivery.envelope.event_id).exists():
        return  # this very record again, with an emptied inbox
    side = StepSide.objects.filter(run=run, command_id=reply.command_id).first()
    counts = side is not None and side.state == StepSide.State.ATTEMPTED and _stands_at(run, side)
    _record(run, delivery, applied=counts)
    if side is None or not counts:
        DUPLICATES_ABSORBED.add(1, "reply")
        return
    now = database_now()
    settle(side, reply.outcome.value, now, code=reply.code, detail=reply.detail, result=reply.result)
    if run.state == Run.State.PARKED:
        run.state = Run.State.RUNNING if run.side == Side.DO else Run.State.UNDOING
        run.parked_reason = run.last_error = ""
    if saga := declared(run.saga, run.version):
        go_on(run, saga, now)
    else:  # the answer is not lost: a recovery worker of a deployment that knows the steps goes on
        run.next_due_at = now
        store(run, now)


def _lock_key(run: Run) -> str:
    """Stable: replies of one run keep their order."""
    saga = declared(run.saga, run.version)
    return str(run.data.get(saga.lock_field, "")) if saga and saga.lock_field else ""


def _stands_at(run: Run, side: StepSide) -> bool:
    return not run.is_final and (run.step_number, run.side) == (side.number, side.side)


def _record(run: Run, delivery: Delivery[Reply], *, applied: bool) -> None:
    reply, record = delivery.event, delivery.record
    ReplyReceived.objects.create(
        event_id=delivery.envelope.event_id,
        run=run,
        command_id=reply.command_id,
        step=reply.step,
        side=reply.side,
        outcome=reply.outcome,
        duplicate=reply.duplicate,
        applied=applied,
        participant=reply.model_dump(mode="json"),
        consumer=delivery.consumer,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        received_at=delivery.received_at,
    )
