"""A saga on one screen: its steps one after another, each with what does it and what undoes it.

    send_gift_saga = Saga(
        "send_gift",
        Step("charge", do=ChargeGift, undo=RefundGift),
        Step("deliver", do=deliver_gift),
        Step("settle", do=SettleGift),
    )

A step with an undo is compensatable; the first without is the pivot, behind which there is no way back; those after
it are retriable. The kinds follow from the declaration; a declaration that contradicts them is refused at import.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from flextx.errors import FlextxError
from flextx.outcome import Outcome
from flextx.policy import Policy
from flextx.saga.messages import Command, Side

if TYPE_CHECKING:
    from flextx.saga.models import Run

LocalService: TypeAlias = "Callable[[Run], Mapping[str, Any] | None]"
"""Done in the run's own transaction; what it returns is kept; raises a Refusal to say no."""


class Kind(StrEnum):
    COMPENSATABLE = "compensatable"
    PIVOT = "pivot"
    RETRIABLE = "retriable"


@dataclass(frozen=True, slots=True)
class Person:
    """A step that a person decides: approve or refuse, until the policy's deadline. There is nothing to undo in it."""


@dataclass(frozen=True, slots=True)
class OutsideAnswer:
    """What an outside party said. UNKNOWN: nobody knows whether it did it; it is asked again with the same number."""

    outcome: Outcome
    code: str = ""
    detail: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outside:
    """A call to somebody who takes no commands: made by the recovery worker, outside any transaction.

    `call` must be harmless when repeated (the other side remembers its number) and must end within the policy's
    `timeout_seconds`. `is_owed`: it is due whatever the other side says; a no is for a person.
    """

    call: Callable[[Run], OutsideAnswer]
    is_owed: bool = False


Action: TypeAlias = "type[Command] | LocalService | Outside | Person"


@dataclass(frozen=True)
class Step:
    """`only_if`: the name of a field of the run's data; the step is left out when that is false."""

    name: str
    do: Action
    undo: type[Command] | LocalService | None = None
    policy: Policy = field(default_factory=Policy)
    only_if: str | None = None

    def action(self, side: Side) -> Action | None:
        return self.do if side is Side.DO else self.undo

    def applies_to(self, data: Mapping[str, Any]) -> bool:
        return self.only_if is None or bool(data[self.only_if])


class SagaMisdeclared(FlextxError):
    """The steps of a saga contradict each other."""


class Saga:
    """`version`: raise it when steps change, and keep the old declaration until no run of it is left.

    `deadline_seconds`: for everything before the pivot, from the start. `ended`: called with the run in the
    transaction that ends it. `lock_field`: the field of the run's data that names the row which local steps of many
    runs lock: runs of one batch are then taken in its order, so that two batches never wait for each other in a ring.
    """

    def __init__(
        self,
        name: str,
        *steps: Step,
        version: int = 1,
        deadline_seconds: float = 24 * 3600,
        ended: Callable[[Run], None] | None = None,
        lock_field: str | None = None,
    ) -> None:
        self.name, self.steps, self.version = name, steps, version
        self.deadline_seconds, self.ended, self.lock_field = deadline_seconds, ended, lock_field
        self.pivot = next((n for n, step in enumerate(steps) if not _can_go_back(step)), len(steps))
        self._check()
        _register(self)

    def kind(self, number: int) -> Kind:
        if number < self.pivot:
            return Kind.COMPENSATABLE
        return Kind.PIVOT if number == self.pivot else Kind.RETRIABLE

    def _check(self) -> None:
        if not self.steps or len({step.name for step in self.steps}) != len(self.steps):
            raise SagaMisdeclared(f"{self.name}: give it steps with names of their own")
        for step in self.steps[self.pivot :]:
            if _can_go_back(step):
                raise SagaMisdeclared(f"{self.name}.{step.name} stands behind the pivot: nothing would ever undo it")
        for step in self.steps[self.pivot + 1 :]:
            if _may_refuse(step.do):
                raise SagaMisdeclared(f"{self.name}.{step.name} stands behind the pivot: its command must not refuse")
        for step in self.steps:
            if _may_refuse(step.undo):
                raise SagaMisdeclared(f"{self.name}.{step.name}: an undo must not refuse")


def _can_go_back(step: Step) -> bool:
    return step.undo is not None or isinstance(step.do, Person)


def _may_refuse(action: Action | None) -> bool:
    return isinstance(action, type) and issubclass(action, Command) and action.may_refuse


_declared: dict[tuple[str, int], Saga] = {}


def _register(saga: Saga) -> None:
    if (saga.name, saga.version) in _declared:
        raise SagaMisdeclared(f"{saga.name} version {saga.version} is declared twice")
    _declared[saga.name, saga.version] = saga


def declared(name: str, version: int) -> Saga | None:
    """The declaration that a run was started under."""
    return _declared.get((name, version))
