"""Ctrl-C pressed twice must not leave half a system behind."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

ASKS_TO_STOP = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """For what takes things down within a bounded time: whoever asks to stop again gets just that by waiting."""
    before = [signal.signal(number, signal.SIG_IGN) for number in ASKS_TO_STOP]
    try:
        yield
    finally:
        for number, handler in zip(ASKS_TO_STOP, before, strict=True):
            signal.signal(number, handler)
