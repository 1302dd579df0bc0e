"""kill -9 of a running system's processes, the way machines do it: without a word, in the middle of something."""

import itertools
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psutil

from stack import supervisor
from stack.layout import Layout


def pid_of(layout: Layout, name: str) -> int | None:
    """The process that runs under this name now; None between a death and its restart."""
    pids = {one.name: one.pid for one in supervisor.process_states(layout)}
    return pids.get(name) or None


def victim_of(layout: Layout, name: str) -> psutil.Process | None:
    """Of a web process its worker, which holds the requests; of any other the process itself."""
    pid = pid_of(layout, name)
    try:
        process = psutil.Process(pid) if pid else None
        if process is None or not name.endswith("-web"):
            return process
        return next(iter(process.children()), None)
    except psutil.NoSuchProcess:
        return None


@dataclass(frozen=True, slots=True)
class Kill:
    name: str
    rows_in_flight: int


@dataclass
class Killer(threading.Thread):
    """Kills one of `names` every `every_seconds`, in turn in an order of the seed's, until `stop` is set or
    `seconds_max` have passed.

    `rows_in_flight` is asked just before each kill: a death counts for little when nothing was under way.
    """

    layout: Layout
    names: list[str]
    every_seconds: float
    seed: random.Random
    rows_in_flight: Callable[[], int]
    seconds_max: float
    stop: threading.Event = field(default_factory=threading.Event)
    kills: list[Kill] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        turns = itertools.cycle(self.seed.sample(self.names, len(self.names)))
        due = time.monotonic() + self.every_seconds
        end = time.monotonic() + self.seconds_max
        while due < end and not self.stop.wait(max(0.0, due - time.monotonic())):
            due += self.every_seconds
            self._kill(next(turns))

    def _kill(self, name: str) -> None:
        rows = self.rows_in_flight()
        victim = victim_of(self.layout, name)
        if victim is None:
            return
        try:
            victim.kill()
        except psutil.NoSuchProcess:
            return
        self.kills.append(Kill(name, rows))

    @property
    def busy(self) -> int:
        """Kills with rows in flight."""
        return sum(1 for kill in self.kills if kill.rows_in_flight)

    def report(self) -> str:
        rows = [kill.rows_in_flight for kill in self.kills]
        return f"{len(rows)} kills, {self.busy} with rows in flight: {rows}"
