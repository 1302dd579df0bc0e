"""One gate for whatever is done and undone across services: duplicates, undo before do, do after undo.

Everything happens in the transaction of the business effect. The row of the *do* is the gate: whoever inserts it
decides. An undo that inserts it first has closed the gate; a do that finds it there was done, refused or barred.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from flextx.errors import Refusal
from flextx.metrics.counting import DUPLICATES_ABSORBED
from flextx.participant.models import Barrier, ParticipantRun
from flextx.saga.messages import Settled, Side

Effect = Callable[[], dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of the side, and whether that was decided earlier."""

    outcome: Settled
    duplicate: bool = False
    code: str = ""
    detail: str = ""
    result: dict[str, Any] | None = None


def lock_runs(initiators: Mapping[UUID, str]) -> dict[UUID, ParticipantRun]:
    """The rows of these runs here, in one order, made when first needed. Do and undo of a run wait for each other."""
    made = [ParticipantRun(run_id=run_id, initiator=initiators[run_id]) for run_id in sorted(initiators)]
    ParticipantRun.objects.bulk_create(made, ignore_conflicts=True)
    locked = ParticipantRun.objects.select_for_update().filter(run_id__in=initiators)
    return {run.run_id: run for run in locked.order_by("run_id")}


def decide_do(run_id: UUID, step: str, *, command_id: UUID, effect: Effect, may_refuse: bool = True) -> Decision:
    """Do it, unless it was decided before. The caller holds `lock_runs`.

    Raises the effect's Refusal if `may_refuse` is false, and whatever else the effect raises: then nothing was decided.
    """
    if not _insert(run_id, step, Side.DO, command_id):
        return _found_before(run_id, step, Side.DO)
    return _carry_out(run_id, step, Side.DO, effect, may_refuse)


def decide_undo(run_id: UUID, step: str, *, command_id: UUID, effect: Effect, may_refuse: bool = False) -> Decision:
    """Undo it if it was done; if not, see to it that it never is. The caller holds `lock_runs`."""
    if not _insert(run_id, step, Side.UNDO, command_id):
        return _found_before(run_id, step, Side.UNDO)
    _insert(run_id, step, Side.DO, None, Settled.EMPTY)  # closes the gate if the do has not come
    do = Barrier.objects.get(run_id=run_id, step=step, side=Side.DO)
    if do.outcome != Settled.APPLIED:
        return _settle(run_id, step, Side.UNDO, Decision(Settled.EMPTY))
    return _carry_out(run_id, step, Side.UNDO, effect, may_refuse)


def _carry_out(run_id: UUID, step: str, side: Side, effect: Effect, may_refuse: bool) -> Decision:
    try:
        with transaction.atomic():
            decision = Decision(Settled.APPLIED, result=effect() or {})
    except Refusal as refusal:
        if not may_refuse:
            raise
        decision = Decision(Settled.REFUSED, code=refusal.code, detail=refusal.detail[:1000])
    return _settle(run_id, step, side, decision)


def _settle(run_id: UUID, step: str, side: Side, decision: Decision) -> Decision:
    Barrier.objects.filter(run_id=run_id, step=step, side=side).update(
        outcome=decision.outcome, code=decision.code, detail=decision.detail, result=decision.result or {}
    )
    return decision


def _found_before(run_id: UUID, step: str, side: Side) -> Decision:
    """A do that an undo has barred is REJECTED, with an outcome of its own: never a silent success."""
    row = Barrier.objects.get(run_id=run_id, step=step, side=side)
    if side is Side.DO and row.outcome == Settled.EMPTY:
        barred = Decision(Settled.REJECTED, code="undone_before", detail="The undo of this step came first.")
        return _settle(run_id, step, side, barred)
    Barrier.objects.filter(pk=row.pk).update(duplicates=F("duplicates") + 1)
    DUPLICATES_ABSORBED.add(1, "command")
    return Decision(Settled(row.outcome), True, row.code, row.detail, row.result)


def _insert(run_id: UUID, step: str, side: Side, command_id: UUID | None, outcome: Settled = Settled.APPLIED) -> bool:
    """True for whoever comes first; a concurrent insert is waited for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO flextx_participant_barrier (run_id, step, side, command_id, outcome, code, detail, result,"
            " duplicates) VALUES (%s, %s, %s, %s, %s, '', '', '{}', 0) ON CONFLICT DO NOTHING",
            [run_id, step, side.value, command_id, outcome.value],
        )
        return bool(cursor.rowcount)
