"""Reading a list of undos."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flextx.envelope import rfc3339, rfc3339_if_any
from order_service.undo_lists.errors import UndoListNotFound
from order_service.undo_lists.models import UndoItem, UndoList


def undo_list(list_id: UUID) -> UndoList:
    """Raises UndoListNotFound."""
    found = UndoList.objects.filter(list_id=list_id).first()
    if found is None:
        raise UndoListNotFound()
    return found


def undo_list_json(found: UndoList) -> dict[str, Any]:
    """The operations in the order in which they are undone: the last one first."""
    return {
        "list_id": str(found.list_id),
        "status": "finished" if found.finished_at else "running",
        "who": found.who,
        "reason": found.why,
        "created_at": rfc3339(found.created_at),
        "finished_at": rfc3339_if_any(found.finished_at),
        "operations": [_item_json(item) for item in found.items.order_by("-position")],
    }


def _item_json(item: UndoItem) -> dict[str, Any]:
    return {
        "gift_id" if item.kind == "gift" else "order_no": item.target_id,
        "status": item.state,
        "code": item.code or None,
        "run_id": str(item.run_id) if item.run_id else None,
        "started_at": rfc3339_if_any(item.started_at),
        "ended_at": rfc3339_if_any(item.ended_at),
    }
