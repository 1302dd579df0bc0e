"""Real concurrency: threads that start together, each with database connections of its own."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Barrier, Event
from typing import TypeVar

from django.db import connections, transaction

Result = TypeVar("Result")
SECONDS_MAX = 30


def together(jobs: Iterable[Callable[[], Result]]) -> list[Result]:
    """Run the jobs at the same moment; their results in order. The first exception is raised here."""
    jobs = list(jobs)
    barrier = Barrier(len(jobs))
    with ThreadPoolExecutor(max_workers=len(jobs)) as pool:
        futures = [pool.submit(partial(_run, barrier, job)) for job in jobs]
        return [future.result(timeout=SECONDS_MAX) for future in futures]


@contextmanager
def held_open(do: Callable[[], object]) -> Iterator[None]:
    """Another connection has done this and not committed; it commits when the block ends."""
    done, go_on = Event(), Event()

    def carry_out() -> None:
        try:
            with transaction.atomic():
                do()
                done.set()
                go_on.wait(timeout=4)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(carry_out)
        try:
            assert done.wait(timeout=60)
            yield
            assert not held.done()  # it was open all the while
        finally:
            go_on.set()
            held.result(timeout=60)


def _run(barrier: Barrier, job: Callable[[], Result]) -> Result:
    try:
        barrier.wait(timeout=SECONDS_MAX)
        return job()
    finally:
        connections.close_all()
