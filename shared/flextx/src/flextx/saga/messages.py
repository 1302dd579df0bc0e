"""What travels between a run and the services that take part in it: a command there, a reply back."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid5

from pydantic import AwareDatetime, Field, StringConstraints

from flextx.event import Event

# Fixed for ever: every command id hangs on it.
_NAMESPACE = UUID("0d3f6a34-5c0e-4f0b-8f1c-6f2a9b1e7c55")
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]


class Side(StrEnum):
    """A step forwards, or the same step taken back."""

    DO = "do"
    UNDO = "undo"


class Settled(StrEnum):
    """What became of one side of a step at its participant, for good.

    APPLIED: its effect is there. REFUSED: a definite business no, nothing was done. EMPTY: an undo that found nothing
    to undo. REJECTED: a do that came after its undo, and so was not done.
    """

    APPLIED = "applied"
    REFUSED = "refused"
    EMPTY = "empty"
    REJECTED = "rejected"


def command_id(run_id: UUID, step: str, side: Side) -> UUID:
    """The same over all tries, so that the answer to any of them counts."""
    return uuid5(_NAMESPACE, f"{run_id}:{step}:{side}")


class Command(Event):
    """One side of one step, asked of the service that does it. Key: run_id.

    `may_refuse`: whether a refusal is an answer. Without it (an undo, a step behind the point of no return) a refusal
    is a defect that a person must see: the record goes aside and is tried again.
    """

    may_refuse: ClassVar[bool] = True

    run_id: UUID
    step: Name
    side: Annotated[Side, Field(strict=False)]
    command_id: UUID
    initiator: Name


class Reply(Event):
    """What became of a command. Key: run_id. `duplicate`: decided earlier, and told again.

    `result` is what the service returned; `cause_*`, `received_at` and `answered_at` are the participant's part of
    the journey, so that whoever keeps the run can show it without asking.
    """

    run_id: UUID
    step: Name
    side: Annotated[Side, Field(strict=False)]
    command_id: UUID
    outcome: Annotated[Settled, Field(strict=False)]
    duplicate: bool
    code: Annotated[str, StringConstraints(max_length=100)]
    detail: Annotated[str, StringConstraints(max_length=1000)]
    result: dict[str, Any]
    consumer: Name
    cause_event_id: UUID
    cause_topic: Name
    cause_partition: Annotated[int, Field(ge=0)]
    cause_offset: Annotated[int, Field(ge=0)]
    received_at: AwareDatetime
    answered_at: AwareDatetime
