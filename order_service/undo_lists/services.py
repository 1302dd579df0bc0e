"""A list of operations is undone one by one in reverse order; each step is a stored row, so a crash loses none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from uuid import UUID

from uuid_utils.compat import uuid7

from flextx.http.idempotency import IdempotencyKeyReused
from flextx.recovery.jobs import schedule
from order_service.undo_lists.models import UndoItem, UndoList

Operation = tuple[str, str]
"""("gift" or "order", its id)"""
JOB = "undo_next"


def start_undo_list(
    *, operations: Sequence[Operation], who: str, why: str, to_debt: bool, idempotency_key: str
) -> UndoList:
    """Store the list and the job that works it off, in the transaction that stores the answer.

    `operations`: in the order in which they were done. The same key and body give the same list.
    Raises IdempotencyKeyReused.
    """
    fingerprint = hashlib.sha256(json.dumps([list(operations), why, to_debt]).encode()).hexdigest()
    UndoList.objects.bulk_create(
        [
            UndoList(
                list_id=UUID(str(uuid7())),
                who=who,
                why=why,
                to_debt=to_debt,
                idempotency_key=idempotency_key,
                request_fingerprint=fingerprint,
            )
        ],
        ignore_conflicts=True,
    )
    found = UndoList.objects.select_for_update().get(who=who, idempotency_key=idempotency_key)
    if found.request_fingerprint != fingerprint:
        raise IdempotencyKeyReused()
    if not found.items.exists():
        _add_items(found, operations)
        schedule(JOB, {"list_id": str(found.list_id)}, once_key=f"undo_list:{found.list_id}")
    return found


def _add_items(undo_list: UndoList, operations: Sequence[Operation]) -> None:
    UndoItem.objects.bulk_create(
        UndoItem(undo_list=undo_list, position=position, kind=kind, target_id=target_id)
        for position, (kind, target_id) in enumerate(operations, start=1)
    )
