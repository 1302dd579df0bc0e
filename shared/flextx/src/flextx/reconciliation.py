"""What a reconciliation says: how much it compared, what is still on its way, and every difference by name and id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from flextx.conf import flextx_settings
from flextx.errors import FlextxError


class UndeclaredDifference(FlextxError):
    """A difference needs a class: `declare` its name with its meaning and what a person does about it."""


@dataclass(frozen=True, slots=True)
class DifferenceClass:
    """What a difference of this name means, and what a person does about it.

    In `what_to_do` "{id}" stands for the difference's id. `repair`: does for one id what a service would do anyway, in
    its own transactions, harmless when repeated; its answer says what was done. It raises a Refusal where nothing can
    be done now. None: only a person can decide.
    """

    name: str
    meaning: str
    what_to_do: str
    repair: Callable[[str], str] | None = None


_classes: dict[str, DifferenceClass] = {}


def declare(name: str, *, meaning: str, what_to_do: str, repair: Callable[[str], str] | None = None) -> str:
    """Make a class of differences known, when its module is imported; gives back its name."""
    _classes[name] = DifferenceClass(name, meaning, what_to_do, repair)
    return name


def declared() -> dict[str, DifferenceClass]:
    return dict(_classes)


@dataclass(frozen=True, slots=True)
class Difference:
    """`name`: the class of difference, such as `missing_credit`; `id`: of what to look at; `detail`: for a person."""

    name: str
    id: str
    detail: str

    def as_json(self) -> dict[str, Any]:
        known = _classes[self.name]
        return {
            "class": self.name,
            "id": self.id,
            "detail": self.detail,
            "what_to_do": known.what_to_do.replace("{id}", self.id),
            "repair": "safe" if known.repair else None,
        }


@dataclass(slots=True)
class Findings:
    checked: int = 0
    in_flight: int = 0
    differences: list[Difference] = field(default_factory=list)

    def differs(self, name: str, identity: str, detail: str) -> None:
        """Raises UndeclaredDifference."""
        if name not in _classes:
            raise UndeclaredDifference(f"{name}: flextx.reconciliation.declare it with a meaning and what to do")
        self.differences.append(Difference(name, identity, detail))

    def as_json(self) -> dict[str, Any]:
        return {
            "service": flextx_settings().source,
            "checked": self.checked,
            "in_flight": self.in_flight,
            "differences": [each.as_json() for each in self.differences],
        }


def rows_of(statement: str, **params: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of one query, read in portions so that a large ledger does not fill the memory."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        while rows := cursor.fetchmany(5_000):
            yield from rows


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Everything read inside is from one moment."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield
