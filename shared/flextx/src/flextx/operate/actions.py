"""An operator acts: what was, what was done, by whom and why are stored in the transaction that does it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models.functions import Now

from flextx.errors import Refusal
from flextx.operate.kinds import ActionRefused, hold
from flextx.operate.models import OperatorAction
from flextx.transactions import atomic

NEEDS_TWO = ("complete",)
ACTIONS = ("retry", "skip", "complete", "undo", "resolve")


class ReasonMissing(Refusal):
    """Say why: send {"reason": "..."} with 1 to 500 characters."""

    status: ClassVar = 400
    code: ClassVar = "reason_missing"


class SamePerson(Refusal):
    """You asked for this yourself: somebody else has to confirm it."""

    code: ClassVar = "second_person_needed"


@atomic("operate.act")
def act(*, action: str, parked_id: str, who: str, why: str) -> OperatorAction:
    """Do it, or store that it waits for a second person (state `awaiting_confirmation`).

    Raises NotParked, ReasonMissing, SamePerson, ActionRefused; nothing is changed then.
    """
    held = hold(parked_id)
    if not why and action != "retry":
        raise ReasonMissing()
    if action not in held.actions:
        raise ActionRefused(f"{action} cannot be done with it; possible now: {', '.join(held.actions)}.")
    if action not in NEEDS_TWO:
        asked = OperatorAction(subject=parked_id, action=action, who=who, why=why, before=held.snapshot())
        return _carry_out(asked, held.actions[action], held.snapshot)
    pending = _pending(parked_id, action, held.snapshot())
    if pending is None:
        return OperatorAction.objects.create(
            subject=parked_id,
            action=action,
            who=who,
            why=why,
            state=OperatorAction.State.AWAITING,
            open_key=f"{action}:{parked_id}",
            before=held.snapshot(),
        )
    if pending.who == who:
        raise SamePerson()
    pending.confirmed_by = who
    return _carry_out(pending, held.actions[action], held.snapshot)


def record_action(*, subject: str, action: str, who: str, why: str, before: Any, after: Any) -> OperatorAction:
    """The audit row of an action that needs no parked item, such as an approval. In the caller's transaction."""
    return OperatorAction.objects.create(
        subject=subject,
        action=action,
        who=who,
        why=why,
        state=OperatorAction.State.DONE,
        before=before,
        after=after,
        done_at=Now(),
    )


def _carry_out(row: OperatorAction, do: Any, snapshot: Any) -> OperatorAction:
    do()
    row.state, row.open_key, row.after, row.done_at = OperatorAction.State.DONE, None, snapshot(), Now()
    row.save()
    row.refresh_from_db()
    return row


def _pending(parked_id: str, action: str, now: dict[str, Any]) -> OperatorAction | None:
    """What somebody asked for before, if the thing is still as it was then."""
    row = OperatorAction.objects.select_for_update().filter(open_key=f"{action}:{parked_id}").first()
    if row is None or row.before == now:
        return row
    row.state, row.open_key = OperatorAction.State.VOID, None
    row.save()
    return None
