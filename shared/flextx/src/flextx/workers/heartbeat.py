"""A worker says that it lives, and ends itself when it hangs.

The row, written by the database's clock, is for supervisors, health checks and operators. The thread is for hangs that
nobody outside can end, such as in a container: a loop that stands still for longer than the limit exits, and what
supervises the process starts it again. What it was doing is done again by the rules of a crash.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time

from django.db import connections

from flextx.conf import flextx_settings
from flextx.workers.current import work_as

logger = logging.getLogger(__name__)
EXIT_CODE = 70  # sysexits.h: internal software error
_WRITE_EVERY_SECONDS = 5.0
_LOOK_EVERY_SECONDS = 1.0

_BEAT = """
INSERT INTO flextx_workers_heartbeat (name, kind, pid, host, seconds_max)
VALUES (%(name)s, %(kind)s, %(pid)s, %(host)s, %(seconds_max)s)
ON CONFLICT (name) DO UPDATE SET beat_at = clock_timestamp(), kind = EXCLUDED.kind, pid = EXCLUDED.pid,
    host = EXCLUDED.host, seconds_max = EXCLUDED.seconds_max,
    started_at = CASE WHEN flextx_workers_heartbeat.pid = EXCLUDED.pid AND flextx_workers_heartbeat.host = EXCLUDED.host
        THEN flextx_workers_heartbeat.started_at ELSE clock_timestamp() END
"""


class Heart:
    """One worker's. `beat` once a turn of its loop; `kind` is `relay`, `consumer` and the like."""

    def __init__(self, *, name: str, kind: str, using: str = "default") -> None:
        self._seconds_max = flextx_settings().hang_seconds_max
        self._row: dict[str, str | int | float] = {
            "name": name,
            "kind": kind,
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "seconds_max": self._seconds_max,
        }
        self._using = using
        self._alive_at = time.monotonic()
        self._written_at = float("-inf")
        self._stopped = threading.Event()

    def start(self) -> None:
        """Watch from now on; this thread is the worker."""
        work_as(str(self._row["name"]))
        threading.Thread(target=self._watch, name="heart", daemon=True).start()

    def beat(self) -> None:
        """The loop turns; every few seconds this is written down. A database error is the caller's, as any other."""
        self.turn()
        if time.monotonic() - self._written_at > _WRITE_EVERY_SECONDS:
            with connections[self._using].cursor() as cursor:
                cursor.execute(_BEAT, self._row)
            self._written_at = time.monotonic()

    def turn(self) -> None:
        """The loop turns, but there is no database to tell."""
        self._alive_at = time.monotonic()

    def stop(self) -> None:
        self._stopped.set()
        work_as("")

    def _watch(self) -> None:
        while not self._stopped.wait(_LOOK_EVERY_SECONDS):
            still_for = time.monotonic() - self._alive_at
            if still_for > self._seconds_max:
                logger.critical("%s stood still for %.0f s and ends itself", self._row["name"], still_for)
                os._exit(EXIT_CODE)
