"""What a reconciliation says: how much it compared, what is still on its way, and every difference by name and id."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction

from flextx.conf import flextx_settings


@dataclass(frozen=True, slots=True)
class Difference:
    """`name`: the class of difference, such as `missing_credit`; `id`: of what to look at; `detail`: for a person."""

    name: str
    id: str
    detail: str


@dataclass(slots=True)
class Findings:
    checked: int = 0
    in_flight: int = 0
    differences: list[Difference] = field(default_factory=list)

    def differs(self, name: str, identity: str, detail: str) -> None:
        self.differences.append(Difference(name, identity, detail))

    def as_json(self) -> dict[str, Any]:
        found = [{"class": each.name, "id": each.id, "detail": each.detail} for each in self.differences]
        return {
            "service": flextx_settings().source,
            "checked": self.checked,
            "in_flight": self.in_flight,
            "differences": found,
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


class ReconcileCommand(BaseCommand):
    """Base of `manage reconcile`: prints one JSON object or lines; exit 1 when there is a difference."""

    reconcile: Callable[[], Findings]
    """Set by the subclass as a staticmethod."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = self.reconcile()
        if options["format"] == "json":
            self.stdout.write(json.dumps(findings.as_json()))
        else:
            self._write_lines(findings)
        if findings.differences:
            raise SystemExit(1)

    def _write_lines(self, findings: Findings) -> None:
        for each in findings.differences:
            self.stdout.write(f"{each.name} {each.id}: {each.detail}")
        self.stdout.write(
            f"{flextx_settings().source}: {findings.checked} checked, {findings.in_flight} in flight,"
            f" {len(findings.differences)} differences"
        )
