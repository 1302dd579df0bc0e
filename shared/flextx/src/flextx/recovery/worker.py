"""The recovery worker: whatever is due is taken up, by whoever is alive. Several may run.

A project's own due work gets a worker of this kind by its own sources.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from threading import Event as StopSignal
from typing import Protocol

from django.apps import apps
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection

from flextx.backoff import backoff_seconds
from flextx.conf import flextx_settings
from flextx.workers.heartbeat import Heart

logger = logging.getLogger(__name__)
IDLE_SECONDS_MAX = 0.5  # how late something can be taken up that became due while the worker slept


class DueSource(Protocol):
    """Where due work comes from. Each claims with a lease and fences what it does."""

    def work_one(self) -> bool: ...
    def next_due_seconds(self) -> float | None: ...


class RecoveryWorker:
    """`name` is unique among those alive. Database outages are waited out and burn nothing.

    `sources`: by default the toolkit's own, jobs and runs.
    """

    def __init__(self, *, name: str, kind: str = "recovery", sources: Sequence[DueSource] | None = None) -> None:
        self._heart = Heart(name=name, kind=kind)
        self._sources = _sources() if sources is None else sources
        self._outages = 0

    def run(self, stop: StopSignal, *, once: bool = False) -> None:
        """Work until `stop`; with `once` until nothing is due."""
        self._heart.start()
        while not stop.is_set():
            try:
                self._heart.beat()
                worked = [source.work_one() for source in self._sources]
                self._outages = 0
                if not any(worked):
                    if once:
                        break
                    stop.wait(self._idle_seconds())
            except DatabaseError as outage:
                self._wait_out(outage, stop)
        self._heart.stop()
        close_old_connections()

    def _idle_seconds(self) -> float:
        waits = [seconds for source in self._sources if (seconds := source.next_due_seconds()) is not None]
        return max(0.01, min([*waits, IDLE_SECONDS_MAX]))

    def _wait_out(self, outage: Exception, stop: StopSignal) -> None:
        self._heart.turn()
        self._outages += 1
        seconds = backoff_seconds(
            self._outages, first_seconds=0.1, seconds_max=flextx_settings().outage_backoff_seconds_max
        )
        logger.warning("outage %s, next try in %.1f s: %s", self._outages, seconds, outage)
        connection.close()
        stop.wait(seconds)


def _sources() -> Sequence[DueSource]:
    """Jobs, and runs where the project has sagas."""
    from flextx.recovery.due import DueJobs

    if not apps.is_installed("flextx.saga"):
        return [DueJobs()]
    from flextx.saga.due import DueRuns

    return [DueRuns(), DueJobs()]
