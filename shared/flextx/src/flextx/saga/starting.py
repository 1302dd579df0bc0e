"""How a run begins: in the transaction of what it is for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from uuid_utils.compat import uuid7

from flextx.clock import database_now
from flextx.errors import OutsideTransaction
from flextx.logs import note
from flextx.saga.declaration import Saga
from flextx.saga.models import Run
from flextx.saga.moving import go_on
from flextx.tracing import current_cause


def start_run(saga: Saga, *, business_key: str, data: Mapping[str, Any], initiator: str) -> tuple[Run, bool]:
    """Start a run in the caller's transaction and take it as far as it goes; or the one that is open or done already.

    `data`: a JSON object with every field that the saga's commands need. The second value says whether it is new.
    Raises OutsideTransaction in autocommit: the run and what it is for would not commit together.
    """
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction("start_run() needs an open transaction: call it inside transaction.atomic()")
    now = database_now()
    run, is_new = Run.objects.select_for_update().get_or_create(
        open_key=f"{saga.name}:{business_key}",
        defaults={
            "run_id": uuid7(),
            "saga": saga.name,
            "version": saga.version,
            "business_key": business_key,
            "initiator": initiator,
            "data": dict(data),
            "traceparent": current_cause().traceparent,
            "deadline_at": now + timedelta(seconds=saga.deadline_seconds),
            "next_due_at": now,
        },
    )
    note(run_id=run.run_id)
    if is_new:
        run.refresh_from_db()
        go_on(run, saga, now)
    return run, is_new
