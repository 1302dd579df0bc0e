"""The recovery worker's source of jobs: claimed by due time, done and finished in one fenced transaction."""

from __future__ import annotations

import logging
import traceback
from datetime import timedelta

from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from flextx.clock import database_now
from flextx.errors import StaleLease
from flextx.logs import about
from flextx.metrics.counting import FENCE_MISSES
from flextx.outages import RETRY_ALL
from flextx.policy import Policy
from flextx.recovery.jobs import Again, handler_of
from flextx.recovery.models import Job
from flextx.transactions import CommitPoints

logger = logging.getLogger(__name__)
_OUTAGE_SECONDS = 1.0
_CLAIM, _DO, _FAIL = (
    CommitPoints("recovery.claim"),
    CommitPoints("recovery.job"),
    CommitPoints("recovery.failure"),
)

_CLAIM_DUE = """
UPDATE flextx_recovery_job SET epoch = epoch + 1, tries = tries + 1,
    due_at = clock_timestamp() + make_interval(secs => (policy ->> 'timeout_seconds')::float)
WHERE id = (SELECT id FROM flextx_recovery_job WHERE state = 'waiting' AND due_at <= clock_timestamp()
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, epoch
"""
_NEXT_DUE = """
SELECT extract(epoch FROM min(due_at) - clock_timestamp()) FROM flextx_recovery_job WHERE state = 'waiting'
"""


class DueJobs:
    def work_one(self) -> bool:
        """Take up the job that is due longest, if any. The claim moves its due time: it is the lease."""
        with _CLAIM.atomic(), connection.cursor() as cursor:
            cursor.execute(_CLAIM_DUE)
            claimed = cursor.fetchone()
        if claimed is None:
            return False
        job = Job.objects.get(pk=claimed[0])
        job.epoch = claimed[1]  # this claim's: whoever took it up since then has a higher one
        with about(job_id=job.pk, job=job.name):
            _work(job)
        return True

    def next_due_seconds(self) -> float | None:
        """Seconds until the next job is due; None when none waits."""
        with connection.cursor() as cursor:
            cursor.execute(_NEXT_DUE)
            (seconds,) = cursor.fetchone()
        return None if seconds is None else float(seconds)


def _work(job: Job) -> None:
    policy = Policy.model_validate(job.policy)
    if job.tries > policy.tries_max:
        _store(job, state=Job.State.PARKED, last_error=job.last_error or "every worker that took it up died")
        return
    try:
        _do(job)
    except StaleLease:
        logger.warning("job %s took longer than its lease: somebody else has it now, and nothing was done", job.pk)
        FENCE_MISSES.add(1, "job")
    except RETRY_ALL:
        _give_back(job)
        raise
    except Exception as error:  # whatever the handler raises; its work is rolled back
        logger.warning("job %s (%s) fails: %s", job.pk, job.name, error)
        _fail(job, policy, "".join(traceback.format_exception(error, limit=-8))[-4000:])


def _do(job: Job) -> None:
    """The handler's effects and the job's end commit together, or not at all if the job changed hands."""
    handler = handler_of(job.name)
    if handler is None:
        raise LookupError(f"no handler for the job {job.name!r} is registered here")
    with _DO.atomic():
        if not Job.objects.select_for_update().filter(pk=job.pk, epoch=job.epoch, state=Job.State.WAITING).exists():
            raise StaleLease(f"job {job.pk}")
        again = handler(job.payload)
        now = database_now()
        if isinstance(again, Again):
            # Its work goes on: what failed before no longer counts.
            _store(job, due_at=now + timedelta(seconds=again.after_seconds), tries=0, last_error="")
        else:
            _store(job, state=Job.State.DONE, finished_at=now)


def _give_back(job: Job) -> None:
    """An outage or a lock not had is nobody's failure. If this fails too, the claim passes by itself."""
    _store(job, tries=F("tries") - 1, due_at=Now() + timedelta(seconds=_OUTAGE_SECONDS))


def _fail(job: Job, policy: Policy, error: str) -> None:
    with _FAIL.atomic():
        due_at = database_now() + timedelta(seconds=policy.wait_seconds(job.tries))
        parked = job.tries >= policy.tries_max
        _store(job, state=Job.State.PARKED if parked else Job.State.WAITING, due_at=due_at, last_error=error)


def _store(job: Job, **fields: object) -> None:
    """Only while the job is still this worker's."""
    Job.objects.filter(pk=job.pk, epoch=job.epoch, state=Job.State.WAITING).update(**fields)
