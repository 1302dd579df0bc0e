"""`transaction.atomic` with a crash point on either side of its commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import transaction

from flextx.crash_points import crash_point, register_pair

Function = TypeVar("Function", bound=Callable[..., object])


def atomic(name: str, *, using: str = "default") -> Callable[[Function], Function]:
    """Decorator: the function is one database transaction, with the points `<name>.commit.before` and `.after`."""
    before, after = register_pair(f"{name}.commit", f"the commit of {name}")
    return _between(before, after, using)


@contextmanager
def _between(before: str, after: str, using: str) -> Iterator[None]:
    with transaction.atomic(using=using):
        yield
        crash_point(before)
    crash_point(after)
