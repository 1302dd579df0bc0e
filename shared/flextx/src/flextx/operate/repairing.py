"""Differences that are repaired by what the services do anyway: each audited, each once, the rest left to people."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flextx.clock import database_now
from flextx.errors import Refusal
from flextx.operate.actions import record_action
from flextx.operate.models import OperatorAction
from flextx.reconciliation import Difference, Findings, declared

WHO, ACTION = "reconcile", "repair"
REPAIRS_MAX = 200
# A repair's messages have this long to travel before the same is tried again.
PAUSE_SECONDS = 60
_LOOK_AGAIN_SECONDS = 0.5


@dataclass(slots=True)
class Repairs:
    """`done`: (difference, what was done). `left`: (difference, why it is for a person, or for later)."""

    done: list[tuple[Difference, str]] = field(default_factory=list)
    left: list[tuple[Difference, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "repaired": [{"class": one.name, "id": one.id, "done": what} for one, what in self.done],
            "left": [{"class": one.name, "id": one.id, "why": why} for one, why in self.left],
        }


def repair(differences: list[Difference]) -> Repairs:
    """At most REPAIRS_MAX at a time. What no service could do by itself is not touched."""
    repairs = Repairs()
    for difference in differences:
        if declared()[difference.name].repair is None:
            repairs.left.append((difference, "only a person can decide"))
        elif len(repairs.done) >= REPAIRS_MAX:
            repairs.left.append((difference, f"{REPAIRS_MAX} were repaired: run it again"))
        elif _repaired_lately(difference):
            repairs.left.append((difference, f"repaired less than {PAUSE_SECONDS} s ago: give its messages time"))
        else:
            _repair(difference, repairs)
    return repairs


def compare_until_settled(compare: Callable[[], Findings], repairs: Repairs, *, seconds: float) -> Findings:
    """Compare again until nothing is left of what was repaired, for so many seconds: some repairs are messages."""
    repaired = {(difference.name, difference.id) for difference, _ in repairs.done}
    give_up_at = time.monotonic() + seconds
    while True:
        findings = compare()
        open_still = repaired & {(difference.name, difference.id) for difference in findings.differences}
        if not open_still or time.monotonic() >= give_up_at:
            return findings
        time.sleep(_LOOK_AGAIN_SECONDS)


def _repair(difference: Difference, repairs: Repairs) -> None:
    """The audit row is committed first: nothing is repaired without a trace, whatever dies in between."""
    do = declared()[difference.name].repair
    assert do is not None  # nosec B101 - asked by the caller
    row = record_action(
        subject=_subject(difference), action=ACTION, who=WHO, why=difference.detail[:500], before={}, after=None
    )
    try:
        what = do(difference.id)
    except Refusal as refusal:
        row.after = {"refused": refusal.code}
        repairs.left.append((difference, refusal.detail))
    else:
        row.after = {"done": what}
        repairs.done.append((difference, what))
    row.save(update_fields=["after"])


def _repaired_lately(difference: Difference) -> bool:
    since = database_now() - timedelta(seconds=PAUSE_SECONDS)
    rows = OperatorAction.objects.filter(subject=_subject(difference), action=ACTION, done_at__gt=since)
    return rows.filter(after__has_key="done").exists()


def _subject(difference: Difference) -> str:
    return f"{difference.name}-{difference.id}"[:120]
