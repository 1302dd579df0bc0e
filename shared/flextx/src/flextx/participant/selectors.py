"""Reading what was done here for runs that others keep. Somebody else's run is not found, like one never seen."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from flextx.envelope import rfc3339
from flextx.errors import Refusal
from flextx.http.auth import Caller
from flextx.participant.models import Barrier, ParticipantRun


class RunNotFound(Refusal):
    """No such run asked anything of this service, or it is not yours."""

    status: ClassVar = 404
    code: ClassVar = "not_found"


def run_for(caller: Caller, run_id: UUID) -> ParticipantRun:
    """Raises RunNotFound."""
    run = ParticipantRun.objects.filter(run_id=run_id).first()
    if run is None or not caller.may_see(run.initiator):
        raise RunNotFound()
    return run


def runs(*, limit: int, after: UUID | None, older_than: datetime | None) -> tuple[list[ParticipantRun], UUID | None]:
    """Oldest first, and the cursor of the next page; the runs' keeper makes ids in the order of time."""
    found = ParticipantRun.objects.order_by("run_id")
    if after is not None:
        found = found.filter(run_id__gt=after)
    if older_than is not None:
        found = found.filter(first_asked_at__lt=older_than)
    page = list(found[: limit + 1])
    return page[:limit], page[limit - 1].run_id if len(page) > limit else None


def run_json(run: ParticipantRun) -> dict[str, Any]:
    return {
        "run_id": str(run.run_id),
        "initiator": run.initiator,
        "first_asked_at": rfc3339(run.first_asked_at),
        "replies": run.last_reply_sequence,
    }


def run_with_steps_json(run: ParticipantRun) -> dict[str, Any]:
    """Every side of a step that was decided here, in the order of the decisions."""
    return run_json(run) | {"steps": [_side_json(row) for row in run.barriers.order_by("id")]}


def _side_json(row: Barrier) -> dict[str, Any]:
    return {
        "step": row.step,
        "side": row.side,
        "outcome": row.outcome,
        "code": row.code or None,
        "detail": row.detail or None,
        "result": row.result,
        "command_id": str(row.command_id) if row.command_id else None,
        "duplicates": row.duplicates,
        "decided_at": rfc3339(row.decided_at),
    }
