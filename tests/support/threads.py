"""Real concurrency: threads that start together, each with database connections of its own."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import TypeVar

from django.db import connections

Result = TypeVar("Result")
SECONDS_MAX = 30


def together(jobs: Iterable[Callable[[], Result]]) -> list[Result]:
    """Run the jobs at the same moment; their results in order. The first exception is raised here."""
    jobs = list(jobs)
    barrier = Barrier(len(jobs))
    with ThreadPoolExecutor(max_workers=len(jobs)) as pool:
        futures = [pool.submit(partial(_run, barrier, job)) for job in jobs]
        return [future.result(timeout=SECONDS_MAX) for future in futures]


def _run(barrier: Barrier, job: Callable[[], Result]) -> Result:
    try:
        barrier.wait(timeout=SECONDS_MAX)
        return job()
    finally:
        connections.close_all()
