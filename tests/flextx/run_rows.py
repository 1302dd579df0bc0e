"""What the stories ask of runs, and how they let time pass for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from flextx.outbox.models import OutboxMessage
from flextx.outbox.relay import Relay
from flextx.recovery.due import DueJobs
from flextx.recovery.worker import RecoveryWorker
from flextx.saga.due import DueRuns
from flextx.saga.models import Run, StepSide
from flextx.testing import running
from flextx.testing.answers import answer_command, let_it_be_too_late
from flextx.transports.choose import transport
from tests.flextx.inbox_rows import a_consumer
from tests.flextx.message_log import tell
from tests.flextx.shop.models import Effect

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_SECONDS_UNTIL_DUE = "SELECT extract(epoch FROM next_due_at - clock_timestamp()) FROM flextx_saga_run"


def run_of(run_id: UUID) -> Run:
    return Run.objects.get(run_id=run_id)


def state(run_id: UUID) -> str:
    return run_of(run_id).state


def side(run_id: UUID, name: str) -> StepSide:
    """`name`: such as "do reserve"."""
    which, step = name.split(" ")
    return StepSide.objects.get(run_id=run_id, name=step, side=which)


def sides(run_id: UUID) -> dict[str, str]:
    """ "do reserve" -> its state, in the order in which they were begun"""
    return {f"{row.side} {row.name}": row.state for row in StepSide.objects.filter(run_id=run_id).order_by("id")}


def effects(run_id: UUID) -> list[str]:
    return list(Effect.objects.filter(run_id=run_id).order_by("id").values_list("what", flat=True))


def commands(run_id: UUID) -> list[OutboxMessage]:
    """What was asked for the run, also what has not left yet."""
    return list(OutboxMessage.objects.filter(key=str(run_id), topic="shop.commands").order_by("sequence"))


def answer(run_id: UUID, name: str, outcome: str, *, code: str = "") -> None:
    answer_command(run_of(run_id), side(run_id, name), outcome, code=code)


def too_late(run_id: UUID, name: str) -> None:
    let_it_be_too_late(run_of(run_id), side(run_id, name))


def make_due(run_id: UUID) -> None:
    """As if its time had come."""
    Run.objects.filter(run_id=run_id).update(next_due_at=LONG_AGO)


def recover() -> None:
    """What a recovery worker does, here and now, until nothing is due."""
    while DueRuns().work_one() or DueJobs().work_one():
        pass


def seconds_until_due(run_id: UUID) -> float:
    """By the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM next_due_at - clock_timestamp()) FROM flextx_saga_run WHERE run_id = %s",
            [run_id],
        )
        (seconds,) = cursor.fetchone()
    return float(seconds)


@contextmanager
def everybody_at_work() -> Iterator[None]:
    """A relay, a consumer and a recovery worker, in threads of their own."""
    workers: list[Any] = [Relay(name="relay-1", transport=transport()), a_consumer(), RecoveryWorker(name="recovery-1")]
    with running(*workers) as stop:
        yield
        stop.set()
        tell("NOTIFY log_append")  # the consumer may be waiting for records
