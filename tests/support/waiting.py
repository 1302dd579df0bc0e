"""Waiting for a state, with a deadline: nothing in the suites sleeps for a fixed time."""

import time
from collections.abc import Callable

SECONDS_MAX = 20.0
POLL_SECONDS = 0.01


def wait_until(condition: Callable[[], bool], *, seconds_max: float = SECONDS_MAX) -> None:
    deadline = time.monotonic() + seconds_max
    while not condition():
        assert time.monotonic() < deadline, "the awaited state did not come"
        time.sleep(POLL_SECONDS)
