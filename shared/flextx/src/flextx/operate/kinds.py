"""What can be parked, and what an operator can do about it. Each part of the toolkit registers its own kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol

from flextx.envelope import rfc3339
from flextx.errors import Refusal


class NotParked(Refusal):
    """There is nothing parked with this id: see GET /api/v1/parked."""

    status: ClassVar = 404
    code: ClassVar = "not_parked"


class ActionRefused(Refusal):
    """This cannot be done with it now."""

    code: ClassVar = "action_refused"


@dataclass(frozen=True, slots=True)
class ParkedItem:
    """One thing that waits for a person. `id`: `<kind>-<its own id>`; `about`: what it is for, such as a gift's id."""

    id: str
    name: str
    about: str
    where: str
    reason: str
    last_error: str
    tries: int
    parked_at: datetime
    actions: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"parked_at": rfc3339(self.parked_at), "actions": list(self.actions)}


class Held(Protocol):
    """One parked thing, locked. `actions`: name -> what does it. `snapshot`: for the audit."""

    @property
    def actions(self) -> Mapping[str, Callable[[], None]]: ...
    def snapshot(self) -> dict[str, Any]: ...


class ParkedKind(Protocol):
    prefix: str

    def items(self, *, limit: int) -> list[ParkedItem]:
        """Oldest first."""

    def hold(self, own_id: str) -> Held | None:
        """Lock it; None if there is no such thing or it is not parked. In the caller's transaction."""


_kinds: dict[str, ParkedKind] = {}


def register_kind(kind: ParkedKind) -> None:
    _kinds[kind.prefix] = kind


def parked_items(*, limit: int) -> list[ParkedItem]:
    """Everything that waits for a person, oldest first."""
    found = [item for kind in _kinds.values() for item in kind.items(limit=limit)]
    return sorted(found, key=lambda item: item.parked_at)[:limit]


def hold(parked_id: str) -> Held:
    """Raises NotParked."""
    prefix, _, own_id = parked_id.partition("-")
    kind = _kinds.get(prefix)
    held = kind.hold(own_id) if kind else None
    if held is None:
        raise NotParked()
    return held
