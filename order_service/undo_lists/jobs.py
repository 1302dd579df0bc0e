"""The job that works a list off: the last operation first, the next one only when that has ended."""

from __future__ import annotations

from typing import Any

from django.db.models.functions import Now

from flextx.errors import Refusal
from flextx.recovery.jobs import Again, job
from flextx.saga.models import Run
from order_service.gifts.services import undo_gift
from order_service.refunds.services import Asker, refund_order
from order_service.undo_lists.models import UndoItem, UndoList
from order_service.undo_lists.services import JOB

_LOOK_AGAIN_SECONDS = 0.3


@job(JOB)
def undo_next(payload: dict[str, Any]) -> Again | None:
    """One turn: start the next one, or see whether the one under way has ended. One transaction with its job."""
    undo_list = UndoList.objects.get(list_id=payload["list_id"])
    item = (
        UndoItem.objects.filter(undo_list=undo_list, state__in=[UndoItem.State.WAITING, UndoItem.State.UNDOING])
        .order_by("-position")
        .first()
    )
    if item is None:
        UndoList.objects.filter(pk=undo_list.pk).update(finished_at=Now())
        return None
    if item.state == UndoItem.State.WAITING:
        _start(undo_list, item)
    else:
        _look(item)
    return Again(after_seconds=_LOOK_AGAIN_SECONDS if item.state == UndoItem.State.UNDOING else 0)


def _start(undo_list: UndoList, item: UndoItem) -> None:
    try:
        item.run_id = _undo(undo_list, item)
        item.state = UndoItem.State.UNDOING
    except Refusal as refusal:
        item.state, item.code, item.ended_at = UndoItem.State.REFUSED, refusal.code, Now()
    item.started_at = Now()
    item.save()


def _undo(undo_list: UndoList, item: UndoItem) -> Any:
    if item.kind == "gift":
        gift = undo_gift(gift_id=item.target_id, who=undo_list.who, why=undo_list.why, to_debt=undo_list.to_debt)
        return gift.undo_run_id
    asker = Asker(name=undo_list.who, why=undo_list.why, role="operator")
    return refund_order(order_no=item.target_id, asker=asker, to_debt=undo_list.to_debt).run_id


def _look(item: UndoItem) -> None:
    """A run that waits for a person or is parked is still under way: the list goes on when it has ended."""
    run = Run.objects.get(run_id=str(item.run_id))
    if not run.is_final:
        return
    item.state = UndoItem.State.UNDONE if run.state == Run.State.DONE else UndoItem.State.REFUSED
    item.code, item.ended_at = run.reason, Now()
    item.save()
