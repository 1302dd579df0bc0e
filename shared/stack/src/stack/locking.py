"""One `make` at a time, per virtual environment and per system."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stack.errors import Failure
from stack.progress import say

POLL_SECONDS = 0.2


@contextmanager
def held(lock_file: Path, *, purpose: str, wait_seconds_max: float) -> Iterator[None]:
    """Wait for the other holder, and say so. The kernel drops the lock when its holder dies."""
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("a") as file:
        _acquire(file.fileno(), purpose=purpose, wait_seconds_max=wait_seconds_max)
        yield


def _acquire(descriptor: int, *, purpose: str, wait_seconds_max: float) -> None:
    deadline = time.monotonic() + wait_seconds_max
    told = False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Failure(f"another make was still busy with {purpose} after {wait_seconds_max:.0f} s") from None
        if not told:
            say(f"another make is busy with {purpose}; waiting for it")
            told = True
        time.sleep(POLL_SECONDS)
