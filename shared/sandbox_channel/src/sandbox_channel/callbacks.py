"""The sender: finds callbacks that are due and tells the merchant, a few at a time.

Threads only speak HTTP; the database is written by the loop alone, so SQLite's one write lock is asked for
by one sender and the web's threads. What is being sent is known in memory only: after a kill it is still due
in the database and sent again. A second sender process would send twice, which the merchant must bear anyway.
"""

import logging
import threading
from queue import Empty, SimpleQueue

import urllib3
from django.utils import timezone

from .attempts import Attempt, record_attempts
from .delivery import NotAcknowledged, deliver
from .models import Callback
from .refunds import settle_refunds
from .selectors import due_callbacks

THREADS = 8
# More than threads, so that none waits for the loop's next look; few, so that a stop forgets little.
UNDER_WAY_MAX = 4 * THREADS
POLL_SECONDS = 0.05

log = logging.getLogger(__name__)


class CallbackSender:
    def __init__(self) -> None:
        self._jobs: SimpleQueue[Callback | None] = SimpleQueue()  # never more than UNDER_WAY_MAX
        self._results: SimpleQueue[Attempt] = SimpleQueue()
        self._under_way: set[int] = set()

    def run(self, stop: threading.Event) -> None:
        """Runs until told to stop. An attempt under way is then left alone: unrecorded, it is made again."""
        for number in range(THREADS):
            # Daemons: a merchant who does not answer must not hold up the end of the process.
            threading.Thread(target=self._send_forever, name=f"sender-{number}", daemon=True).start()
        try:
            while not stop.is_set():
                self._record(self._finished())
                settle_refunds()
                self._hand_out()
        finally:
            for _ in range(THREADS):
                self._jobs.put(None)

    def _finished(self) -> list[Attempt]:
        """All results there are; waits a moment for the first, which is the loop's only pause."""
        attempts: list[Attempt] = []
        try:
            attempts.append(self._results.get(timeout=POLL_SECONDS))
            while len(attempts) < UNDER_WAY_MAX:
                attempts.append(self._results.get_nowait())
        except Empty:
            pass
        return attempts

    def _record(self, attempts: list[Attempt]) -> None:
        if not attempts:
            return
        given_up = record_attempts(attempts)
        if given_up:
            log.error("Gave up %d callbacks: not acknowledged for a day.", given_up)
        self._under_way -= {attempt.callback.pk for attempt in attempts}

    def _hand_out(self) -> None:
        free = UNDER_WAY_MAX - len(self._under_way)
        if not free:
            return
        for callback in due_callbacks(now=timezone.now(), without=self._under_way, limit=free):
            self._under_way.add(callback.pk)
            self._jobs.put(callback)

    def _send_forever(self) -> None:
        while (callback := self._jobs.get()) is not None:
            self._results.put(Attempt(callback, self._error_of(callback)))

    def _error_of(self, callback: Callback) -> str | None:
        try:
            deliver(callback)
        except (NotAcknowledged, urllib3.exceptions.HTTPError, OSError) as error:
            return f"{type(error).__name__}: {error}"
        except Exception as error:
            # The row's own fault, or ours: it must not end the thread, or eight such rows end the sender.
            log.exception("Callback %s could not be sent.", callback.pk)
            return f"{type(error).__name__}: {error}"
        return None
