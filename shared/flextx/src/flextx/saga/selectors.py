"""Reading runs. Somebody else's run is not found, exactly like one that does not exist."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from flextx.envelope import rfc3339, rfc3339_if_any
from flextx.http.auth import Caller
from flextx.outbox.models import OutboxMessage
from flextx.saga.models import ReplyReceived, Run, StepSide
from flextx.saga.people import RunNotFound


def run_for(caller: Caller, run_id: UUID) -> Run:
    """Raises RunNotFound."""
    run = Run.objects.filter(run_id=run_id).first()
    if run is None or not caller.may_see(run.initiator):
        raise RunNotFound()
    return run


def runs(
    *, limit: int, after: UUID | None, older_than: datetime | None, **equal: str | None
) -> tuple[list[Run], UUID | None]:
    """Oldest first, and the cursor of the next page; ids are made in the order of time. `equal`: state, saga, ..."""
    found = Run.objects.order_by("run_id").filter(**{name: value for name, value in equal.items() if value})
    if after is not None:
        found = found.filter(run_id__gt=after)
    if older_than is not None:
        found = found.filter(created_at__lt=older_than)
    page = list(found[: limit + 1])
    return page[:limit], page[limit - 1].run_id if len(page) > limit else None


def run_json(run: Run) -> dict[str, Any]:
    return {
        "run_id": str(run.run_id),
        "type": run.saga,
        "version": run.version,
        "state": run.state,
        "business_key": run.business_key,
        "initiator": run.initiator,
        "reason": run.reason or None,
        "detail": run.detail or None,
        "parked_id": f"run-{run.run_id}" if run.state == Run.State.PARKED else None,
        "parked_reason": run.parked_reason or None,
        "last_error": run.last_error or None,
        "created_at": rfc3339(run.created_at),
        "moved_at": rfc3339(run.moved_at),
        "deadline_at": rfc3339_if_any(run.deadline_at),
        "next_due_at": rfc3339_if_any(run.next_due_at),
        "finished_at": rfc3339_if_any(run.finished_at),
    }


def run_with_steps_json(run: Run) -> dict[str, Any]:
    """The whole run: each side of each step, what was sent for it and where that is, and every reply that came."""
    sent = list(OutboxMessage.objects.filter(key=str(run.run_id)).order_by("sequence"))
    replies = list(ReplyReceived.objects.filter(run=run).order_by("received_at"))
    sides = StepSide.objects.filter(run=run).order_by("id")
    return run_json(run) | {"steps": [_side_json(side, sent, replies) for side in sides]}


def _side_json(side: StepSide, sent: list[OutboxMessage], replies: list[ReplyReceived]) -> dict[str, Any]:
    return {
        "step": side.name,
        "kind": side.kind,
        "side": side.side,
        "state": side.state,
        "command_id": str(side.command_id),
        "asked": side.asked,
        "tries": side.tries,
        "code": side.code or None,
        "detail": side.detail or None,
        "last_error": side.last_error or None,
        "result": side.result,
        "by_hand": side.by_hand,
        "started_at": rfc3339(side.started_at),
        "deadline_at": rfc3339(side.deadline_at),
        "settled_at": rfc3339_if_any(side.settled_at),
        "commands": [_sent_json(row) for row in sent if str(side.command_id).encode() in bytes(row.body)],
        "replies": [_reply_json(row) for row in replies if row.command_id == side.command_id],
    }


def _sent_json(row: OutboxMessage) -> dict[str, Any]:
    return {
        "type": row.event_type,
        "event_id": str(row.event_id),
        "state": row.state,
        "written_at": rfc3339(row.occurred_at),
        "sent_at": rfc3339_if_any(row.sent_at),
        "sent_by": row.sent_by,
        "topic": row.topic,
        "partition": row.partition,
        "offset": row.offset,
    }


def _reply_json(row: ReplyReceived) -> dict[str, Any]:
    told = ("consumer", "cause_topic", "cause_partition", "cause_offset", "received_at", "answered_at", "result")
    return {
        "event_id": str(row.event_id),
        "outcome": row.outcome,
        "duplicate": row.duplicate,
        "applied": row.applied,
        "participant": {name: row.participant.get(name) for name in told},
        "consumer": row.consumer,
        "topic": row.topic,
        "partition": row.partition,
        "offset": row.offset,
        "received_at": rfc3339(row.received_at),
    }


def unfinished(keys: Collection[str]) -> set[str]:
    """Which of these keys are runs that are not over: GET /runs still tells what was sent for them."""
    run_ids = {run_id for key in keys if (run_id := _uuid_or_none(key))}
    rows = Run.objects.filter(run_id__in=run_ids, finished_at=None)
    return {str(run_id) for run_id in rows.values_list("run_id", flat=True)}


def _uuid_or_none(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
