"""Operators' actions as JSON, the same for the REST answers and the command line."""

from __future__ import annotations

from typing import Any

from flextx.envelope import rfc3339, rfc3339_if_any
from flextx.operate.models import OperatorAction


def action_json(row: OperatorAction) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "subject": row.subject,
        "action": row.action,
        "status": row.state,
        "who": row.who,
        "confirmed_by": row.confirmed_by or None,
        "reason": row.why,
        "before": row.before,
        "after": row.after,
        "asked_at": rfc3339(row.asked_at),
        "done_at": rfc3339_if_any(row.done_at),
    }
