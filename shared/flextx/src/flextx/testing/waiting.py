"""Waiting for a state instead of for a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")


def wait_until(condition: Callable[[], Value], *, seconds: float = 60, poll_seconds: float = 0.02) -> Value:
    """The first true answer of `condition`. Raises AssertionError with the last answer after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not reached within {seconds} s; the last answer was {answer!r}")
        time.sleep(poll_seconds)
    return answer
