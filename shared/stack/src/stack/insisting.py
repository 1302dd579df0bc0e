"""What a payer's app does when there is no answer: the same request again, with the same Idempotency-Key."""

import threading
import time
from typing import Any

from stack.client import Client, NoAnswer

PAUSE_SECONDS = 0.25
# Nothing was decided, and the answer says so. A 500 is none of these: it is a defect to be seen.
ASK_AGAIN = (429, 502, 503, 504)


class Insistent:
    """Each request for up to `seconds_max`, or until `stop` is set. `repeated`: how many were sent again."""

    def __init__(self, *, at_once: int, seconds_max: float, stop: threading.Event) -> None:
        self._client, self._seconds_max = Client(at_once=at_once), seconds_max
        self._stop = stop
        self._counting = threading.Lock()
        self.repeated = 0

    def answer(self, method: str, url: str, **asked: Any) -> tuple[int, Any]:
        """The first (status, JSON) that decides something. Raises NoAnswer at the limit."""
        deadline = time.monotonic() + self._seconds_max
        while True:
            last = self._stop.is_set() or time.monotonic() > deadline
            try:
                status, answer = self._client.answer(method, url, **asked)
                if last or status not in ASK_AGAIN:
                    return status, answer
            except NoAnswer:
                if last:
                    raise
            with self._counting:
                self.repeated += 1
            time.sleep(PAUSE_SECONDS)
