"""`manage reconcile --repair` as an operator runs it, and what it wrote down."""

import json
from io import StringIO
from typing import Any

from django.core.management import call_command

from flextx.operate.models import OperatorAction


def repair(wait_seconds: float = 0) -> dict[str, Any]:
    """What it says."""
    out = StringIO()
    try:
        call_command("reconcile", "--repair", "--format", "json", "--wait-seconds", str(wait_seconds), stdout=out)
    except SystemExit as ended:
        assert str(ended.code) == "1"
    told = json.loads(out.getvalue())
    assert isinstance(told, dict)
    return told


def repaired(said: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["class"], one["id"]) for one in said["repaired"]]


def left(said: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["class"], one["id"]) for one in said["left"]]


def audited() -> list[tuple[str, str, str, Any]]:
    rows = OperatorAction.objects.filter(action="repair").order_by("id")
    return list(rows.values_list("subject", "action", "who", "after"))
