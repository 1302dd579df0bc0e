"""A saga told as a list: what it asks for, what the answer was, what it asks for next.

    expect_saga(
        send_gift_saga,
        data=gift_data,
        path=[(ChargeGift, "applied"), ("deliver", "refused"), (RefundGift, "applied")],
        ends="undone",
    )

The real engine on the real database; only the participants' answers are made up here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from django.db import transaction

from flextx.outbox.models import OutboxMessage
from flextx.outbox.publish import physical_topic
from flextx.saga.declaration import Action, Outside, Person, Saga
from flextx.saga.messages import Command, Side
from flextx.saga.models import Run, StepSide
from flextx.saga.runs import declaration_of
from flextx.saga.starting import start_run
from flextx.testing.answers import answer_command, answer_outside, decide_for_person, let_it_be_too_late

Expected: TypeAlias = "tuple[type[Command] | str, str]"


def expect_saga(
    saga: Saga | Run,
    *,
    path: Sequence[Expected],
    ends: str,
    data: Mapping[str, Any] | None = None,
    business_key: str = "expected",
    initiator: str = "u-1",
) -> Run:
    """Take a run along the path, one side of one step after another; the run comes back as it ended.

    `saga`: a run is started with `data`; or a run that a service started. A part of the path is a command's class, or
    the name of a step that is done here ("undo deliver": taken back), and what becomes of it: `applied`, `refused`,
    `empty`, `rejected`, `too_late` (its deadline passes), or `attempted` (no answer comes); `failed` for a local step's
    error. A local step is really done, so its outcome is only compared; a person's `applied` is an approval. `ends`:
    the run's state at the end. Raises AssertionError that says what was expected and what came.
    """
    run = saga if isinstance(saga, Run) else _start(saga, data or {}, business_key, initiator)
    for number, expected in enumerate(path):
        _take(run, number, expected)
        run.refresh_from_db()
    further = _sides(run)[len(path) :]
    if further or run.state != ends:
        raise AssertionError(f"expected the run to end {ends} here, but {_came(run, further)}")
    return run


def _start(saga: Saga, data: Mapping[str, Any], business_key: str, initiator: str) -> Run:
    with transaction.atomic():
        run, is_new = start_run(saga, business_key=business_key, data=data, initiator=initiator)
    assert is_new, f"{business_key} has a run already: give each its own business_key"  # nosec B101 - for tests
    return run


def _take(run: Run, number: int, expected: Expected) -> None:
    what, outcome = expected
    sides = _sides(run)
    if len(sides) <= number:
        raise AssertionError(f"expected {_words(what)} to be next, but {_came(run, [])}")
    side = sides[number]
    action = declaration_of(run).steps[side.number].action(Side(side.side))
    if not _is(what, action, side) or not _was_sent(run, action, side):
        raise AssertionError(f"expected {_words(what)} to be next, but {_came(run, [side])}")
    if StepSide.State.ATTEMPTED == side.state != outcome:
        _answer(run, side, action, outcome)
        side.refresh_from_db()
    state: str = "failed" if side.state == StepSide.State.ATTEMPTED and side.tries else side.state
    if outcome not in (state, "too_late"):
        raise AssertionError(f"expected {_words(what)} to be {outcome}, but it was {state}: {side.code} {side.detail}")


def _answer(run: Run, side: StepSide, action: Action | None, outcome: str) -> None:
    if outcome == "too_late":
        let_it_be_too_late(run, side)
    elif isinstance(action, Outside):
        answer_outside(run, side, outcome)
    elif isinstance(action, Person):
        decide_for_person(run, approved=outcome == "applied")
    elif isinstance(action, type):
        answer_command(run, side, outcome)


def _sides(run: Run) -> list[StepSide]:
    """In the order in which the run came to them."""
    return list(StepSide.objects.filter(run=run).order_by("id"))


def _is(what: type[Command] | str, action: Action | None, side: StepSide) -> bool:
    name = side.name if side.side == Side.DO else f"undo {side.name}"
    return what in (action, name)


def _was_sent(run: Run, action: Action | None, side: StepSide) -> bool:
    if not (isinstance(action, type) and issubclass(action, Command)):
        return True
    rows = OutboxMessage.objects.filter(topic=physical_topic(action.topic), key=str(run.run_id))
    return rows.filter(sequence=side.command_sequence or 0, event_type=action.event_type).exists()


def _words(what: type[Command] | str) -> str:
    return what if isinstance(what, str) else what.__name__


def _came(run: Run, sides: Sequence[StepSide]) -> str:
    run.refresh_from_db()
    came = ", ".join(f"{side.side} {side.name} ({side.state})" for side in sides) or "nothing more"
    why = " ".join(filter(None, [run.parked_reason or run.reason, run.last_error]))
    return f"what came is {came}; the run is {run.state} {why}".strip()
