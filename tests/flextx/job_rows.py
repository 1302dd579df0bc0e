"""What the stories ask of jobs."""

from datetime import datetime
from typing import Any

from django.db import transaction

from flextx.policy import Policy
from flextx.recovery.jobs import schedule
from flextx.recovery.models import Job
from tests.flextx.run_rows import LONG_AGO
from tests.flextx.shop.models import Effect
from tests.flextx.shop.saga import QUICK


def sweep(
    thing: str = "floor",
    *,
    run_at: datetime | None = None,
    policy: Policy = QUICK,
    once_key: str | None = None,
    **payload: Any,
) -> None:
    with transaction.atomic():
        schedule("shop.sweep", {"thing": thing} | payload, run_at, policy, once_key=once_key)


def swept() -> int:
    return Effect.objects.filter(what="sweep").count()


def the_job() -> Job:
    return Job.objects.get()


def make_jobs_due() -> None:
    Job.objects.filter(state="waiting").update(due_at=LONG_AGO)
