"""Killing processes of a running system, the way machines do: without a word, in the middle of something."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil
import psycopg

from tests.system.books import waiting
from tests.system.world import World


def pid_of(world: World, name: str) -> int | None:
    """The process that runs under this name now; None between a death and its restart."""
    for process in psutil.process_iter():
        try:
            environment = process.environ()
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
        if environment.get("STACK_SYSTEM") == str(world.run_dir) and environment.get("PROCESS_NAME") == name:
            return process.pid
    return None


@contextmanager
def frozen(world: World, name: str) -> Iterator[None]:
    """SIGSTOP to the process and all its children; they go on at the end."""
    pid = pid_of(world, name)
    assert pid is not None
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    for process in family:
        process.suspend()
    try:
        yield
    finally:
        for process in family:
            process.resume()


@contextmanager
def log_standing_still(world: World) -> Iterator[None]:
    """Kafka's broker gets SIGSTOP; the embedded log's heads are locked by somebody who does not let go."""
    if world.env["TRANSPORT"] == "kafka":
        with frozen(world, "kafka"):
            yield
    else:
        with psycopg.connect(world.env["LOG_DATABASE_URL"]) as connection:
            connection.execute("LOCK TABLE log_partition")
            yield


def workers(world: World, *, relays: int = 2, consumers: int = 3) -> list[str]:
    kinds = {"relay": relays, "consumer": consumers}
    return [
        f"{service}-{kind}-{number}"
        for service in ("order", "account")
        for kind, count in kinds.items()
        for number in range(1, count + 1)
    ]


@dataclass
class Killer(threading.Thread):
    """kill -9 of one of `names` every `every_seconds`, until `stop`. `in_flight`: rows on their way at each kill."""

    world: World
    names: list[str]
    every_seconds: float
    seed: random.Random
    stop: threading.Event = field(default_factory=threading.Event)
    in_flight: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        due = time.monotonic() + self.every_seconds
        while not self.stop.wait(max(0.0, due - time.monotonic())):
            due += self.every_seconds
            pid = pid_of(self.world, self.seed.choice(self.names))
            if pid is not None:
                on_the_way = sum(waiting(self.world).values())
                psutil.Process(pid).kill()
                self.in_flight.append(on_the_way)

    def report(self) -> str:
        busy = sum(1 for rows in self.in_flight if rows)
        return f"{len(self.in_flight)} kills, {busy} with rows in flight: {self.in_flight}"
