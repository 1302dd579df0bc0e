"""What a line is about: ids that are bound where work comes in and stand in every line until it is done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

VALUE_LENGTH_MAX = 200
SOME_MAX = 20
_INSIDE: ContextVar[bool] = ContextVar("flextx_logs_inside", default=False)


@contextmanager
def about(**ids: object) -> Iterator[None]:
    """Until the block ends every line carries these, and what is noted inside it."""
    before, outer = get_contextvars(), _INSIDE.set(True)
    note(**ids)
    try:
        yield
    finally:
        clear_contextvars()
        bind_contextvars(**before)
        _INSIDE.reset(outer)


def note(**ids: object) -> None:
    """From here to the end of the block of `about`, every line carries these too. Outside one nothing would end it."""
    if _INSIDE.get():
        bind_contextvars(**{name: str(value)[:VALUE_LENGTH_MAX] for name, value in ids.items()})


def some(ids: Iterable[str]) -> list[str]:
    """Each once, for a line about many: a large wave is not listed, it would drown the rest."""
    several = list(dict.fromkeys(ids))
    return [*several[:SOME_MAX], *([f"and {len(several) - SOME_MAX} more"] if len(several) > SOME_MAX else [])]
