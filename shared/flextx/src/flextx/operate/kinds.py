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

    def items(self, *, limit: int, about: str | None = None) -> list[ParkedItem]:
        """Oldest first; with `about` only those that are for it."""

    def hold(self, own_id: str) -> Held | None:
        """Lock it; None if there is no such thing or nothing can be done with it. In the caller's transaction."""


_kinds: dict[str, ParkedKind] = {}


def register_kind(kind: ParkedKind) -> None:
    _kinds[kind.prefix] = kind


def own_number(own_id: str) -> int:
    """The number of a row that is known by one; 0, which no row has, for what cannot be one."""
    return int(own_id) if own_id.isascii() and own_id.isdecimal() and len(own_id) <= 18 else 0


def kind_names() -> list[str]:
    return sorted(_kinds)


def parked_items(*, limit: int, kind: str | None = None, about: str | None = None) -> list[ParkedItem]:
    """Everything that waits for a person, oldest first; of one kind, or about one thing, where that is said."""
    kinds = [known for prefix, known in _kinds.items() if kind in (None, prefix)]
    found = [item for known in kinds for item in known.items(limit=limit, about=about)]
    return sorted(found, key=lambda item: item.parked_at)[:limit]


def hold(parked_id: str) -> Held:
    """Raises NotParked."""
    prefix, _, own_id = parked_id.partition("-")
    kind = _kinds.get(prefix)
    held = kind.hold(own_id) if kind else None
    if held is None:
        raise NotParked()
    return held
