"""Killing processes of a running system, the way machines do: without a word, in the middle of something."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import psycopg

from stack import killing
from stack.layout import Layout
from tests.system.books import waiting
from tests.system.world import World


def pid_of(world: World, name: str) -> int | None:
    """The process that runs under this name now; None between a death and its restart."""
    return killing.pid_of(Layout(world.run_dir), name)


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


def killer(
    world: World, names: list[str], every_seconds: float, seed: random.Random, seconds_max: float
) -> killing.Killer:
    return killing.Killer(
        layout=Layout(world.run_dir),
        names=names,
        every_seconds=every_seconds,
        seed=seed,
        seconds_max=seconds_max,
        rows_in_flight=lambda: sum(waiting(world).values()),
    )
