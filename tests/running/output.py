"""What children print: at once, or when they are done, so that two that run side by side stay readable."""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

_ONE_AT_A_TIME = threading.Lock()


class Output:
    def __init__(self, when_done: bool) -> None:
        self._when_done = when_done

    def say(self, line: str) -> None:
        with _ONE_AT_A_TIME:
            print(line, flush=True)

    @contextmanager
    def of_child(self, title: str) -> Iterator[IO[bytes] | None]:
        """For a child's stdout and stderr; None: it prints for itself."""
        if not self._when_done:
            self.say(title)
            yield None
            return
        with tempfile.TemporaryFile() as kept:
            try:
                yield kept
            finally:
                kept.seek(0)
                self.say(f"{title}\n{kept.read().decode(errors='replace')}")
