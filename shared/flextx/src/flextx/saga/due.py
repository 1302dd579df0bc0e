"""What becomes of a run whose time has come: an overdue answer, a deadline, a failed step, a call to be made."""

from __future__ import annotations

import logging
import traceback
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from flextx.clock import database_now
from flextx.logs import about
from flextx.outages import RETRY_ALL
from flextx.policy import Policy
from flextx.saga.asking import ask_again
from flextx.saga.deadlines import give_up_if_too_late
from flextx.saga.declaration import Outside, Saga
from flextx.saga.messages import Side
from flextx.saga.models import Run, StepSide
from flextx.saga.moving import go_on
from flextx.saga.outside import Call, make_call, mark_attempted
from flextx.saga.runs import current_side, declaration_of, lock_run, park, store
from flextx.transactions import CommitPoints

logger = logging.getLogger(__name__)
CLAIM_SECONDS = 10.0  # a transaction, not a call: calls outside have the lease of their own policy
_OUTAGE_SECONDS = 1.0
# What runs into a defect is taken up so often without moving, or kills its worker so often, before a person is asked.
_STUCK = Policy(tries_max=8, retry_seconds_max=60)
_CLAIM, _MOVE, _FAILURE = CommitPoints("saga.claim"), CommitPoints("saga.due"), CommitPoints("saga.failure")

_CLAIM_DUE = """
UPDATE flextx_saga_run SET epoch = epoch + 1, claims = claims + 1,
    next_due_at = clock_timestamp() + make_interval(secs => %s)
WHERE run_id = (SELECT run_id FROM flextx_saga_run
    WHERE state IN ('running', 'waiting', 'undoing') AND next_due_at <= clock_timestamp()
    ORDER BY next_due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING run_id, epoch
"""
_NEXT_DUE = """
SELECT extract(epoch FROM min(next_due_at) - clock_timestamp()) FROM flextx_saga_run
WHERE state IN ('running', 'waiting', 'undoing')
"""


class DueRuns:
    """The recovery worker's source of runs; see flextx.recovery.worker."""

    def work_one(self) -> bool:
        """Take up the run that is due longest, if any. The claim moves its due time, so nobody else takes it too."""
        with _CLAIM.atomic(), connection.cursor() as cursor:
            cursor.execute(_CLAIM_DUE, [CLAIM_SECONDS])
            claimed: tuple[UUID, int] | None = cursor.fetchone()
        if claimed is None:
            return False
        _work(*claimed)
        return True

    def next_due_seconds(self) -> float | None:
        """Seconds until the next run is due; None when none waits."""
        with connection.cursor() as cursor:
            cursor.execute(_NEXT_DUE)
            (seconds,) = cursor.fetchone()
        return None if seconds is None else float(seconds)


def _work(run_id: UUID, epoch: int) -> None:
    with about(run_id=run_id):
        _work_on(run_id, epoch)


def _work_on(run_id: UUID, epoch: int) -> None:
    try:
        call = _move(run_id, epoch)
        if call is not None:
            make_call(call, run_id, epoch)
    except RETRY_ALL:
        _give_back(run_id, epoch)
        raise
    except Exception as error:  # a defect, in a declaration or here: it must neither end the worker nor be forgotten
        logger.exception("run %s cannot be taken on", run_id)
        _note_failure(run_id, epoch, "".join(traceback.format_exception(error, limit=-8))[-4000:])


@_MOVE.atomic()
def _move(run_id: UUID, epoch: int) -> Call | None:
    """Do what is due; what needs a call outside is only marked as attempted, committed before the call is made."""
    run = lock_run(run_id)
    if run.epoch != epoch:
        return None  # it moved meanwhile: whoever moved it set its next due time
    now = database_now()
    if run.claims > _STUCK.tries_max:
        park(run, reason="stuck", error=run.last_error or f"{run.claims} workers took it up and died")
        store(run, now)
        return None
    return _do_what_is_due(run, declaration_of(run), now)


def _do_what_is_due(run: Run, saga: Saga, now: datetime) -> Call | None:
    side = current_side(run)
    if give_up_if_too_late(run, saga, side, now) or side is None or side.state != StepSide.State.ATTEMPTED:
        go_on(run, saga, now)
        return None
    step = saga.steps[run.step_number]
    action = step.action(Side(run.side))
    if isinstance(action, Outside):
        return mark_attempted(run, side, step, action, now)
    if isinstance(action, type):
        ask_again(run, step, side, action, now)
        store(run, now)
    else:
        go_on(run, saga, now)
    return None


def _give_back(run_id: UUID, epoch: int) -> None:
    """An outage or a lock not had is nobody's death. If this fails too, the claim passes by itself."""
    soon = Now() + timedelta(seconds=_OUTAGE_SECONDS)
    Run.objects.filter(pk=run_id, epoch=epoch).update(claims=F("claims") - 1, next_due_at=soon)


@_FAILURE.atomic()
def _note_failure(run_id: UUID, epoch: int, error: str) -> None:
    run = lock_run(run_id)
    if run.epoch == epoch:
        due_at = database_now() + timedelta(seconds=_STUCK.wait_seconds(run.claims))
        Run.objects.filter(pk=run.pk).update(last_error=error, next_due_at=due_at)
