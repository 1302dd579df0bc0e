"""Durable jobs: scheduled in the caller's transaction, done by the recovery worker, tried again, never lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from flextx.clock import database_now
from flextx.errors import OutsideTransaction
from flextx.policy import Policy
from flextx.recovery.models import Job

JobHandler = Callable[[dict[str, Any]], "Again | None"]


@dataclass(frozen=True, slots=True)
class Again:
    """What a handler returns to be called again later without having failed: its work goes on."""

    after_seconds: float


_handlers: dict[str, JobHandler] = {}


def job(name: str) -> Callable[[JobHandler], JobHandler]:
    """Register what does the jobs of this name. It gets the payload and runs in one transaction with the job's end.

    It may be called more than once for one job (a worker died before the commit): its effects are rolled back then.
    """

    def register(handler: JobHandler) -> JobHandler:
        if _handlers.setdefault(name, handler) is not handler:
            raise ValueError(f"the job {name!r} has a handler already")
        return handler

    return register


def handler_of(name: str) -> JobHandler | None:
    return _handlers.get(name)


def schedule(
    name: str,
    payload: Mapping[str, Any],
    run_at: datetime | None = None,
    policy: Policy | None = None,
    *,
    once_key: str | None = None,
) -> None:
    """Store a job in the caller's transaction; due at `run_at` (by the database's clock), or at once.

    `payload`: a JSON object. With a `once_key` the job is stored once, ever. Raises OutsideTransaction in autocommit:
    the job and what makes it necessary would not commit together.
    """
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction("schedule() needs an open transaction: call it inside transaction.atomic()")
    row = Job(
        name=name,
        payload=dict(payload),
        once_key=once_key,
        policy=(policy or Policy()).model_dump(),
        due_at=run_at or database_now(),
    )
    Job.objects.bulk_create([row], ignore_conflicts=once_key is not None)
