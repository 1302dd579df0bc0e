"""`transaction.atomic` with a crash point on either side of its commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import transaction

from flextx.crash_points import crash_point, register_pair

Function = TypeVar("Function", bound=Callable[..., object])


class CommitPoints:
    """A named transaction: `with POINTS.atomic(using):` has a crash point before and one after its commit."""

    def __init__(self, name: str) -> None:
        self._before, self._after = register_pair(f"{name}.commit", f"the commit of {name}")

    @contextmanager
    def atomic(self, using: str = "default") -> Iterator[None]:
        with transaction.atomic(using=using):
            yield
            crash_point(self._before)
        crash_point(self._after)


def atomic(name: str) -> Callable[[Function], Function]:
    """Decorator: the function is one transaction of the default database, with `<name>.commit.before` and `.after`."""
    return CommitPoints(name).atomic()
