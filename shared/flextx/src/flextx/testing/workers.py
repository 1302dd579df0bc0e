"""Relays and consumers inside a test: real ones, in threads with database connections of their own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event as StopSignal
from typing import Protocol

from django.db import connections

from flextx.outbox.relay import Relay
from flextx.transports.choose import transport

STOP_SECONDS_MAX = 10


class Worker(Protocol):
    """A Relay or an EventConsumer."""

    def run(self, stop: StopSignal) -> None: ...


def relay_once(name: str = "test-relay") -> None:
    """Send everything that is due, here and now; the name's buckets are given back."""
    Relay(name=name, transport=transport()).run(StopSignal(), once=True)


@contextmanager
def running(*workers: Worker) -> Iterator[StopSignal]:
    """Run the workers in threads until the block ends; what ended one of them early is raised there."""
    stop = StopSignal()
    with ThreadPoolExecutor(max_workers=len(workers)) as pool:
        futures = [pool.submit(_run, worker, stop) for worker in workers]
        try:
            yield stop
        finally:
            stop.set()
            for future in futures:
                future.result(timeout=STOP_SECONDS_MAX)  # a worker's own error is why the block failed, if it did


def _run(worker: Worker, stop: StopSignal) -> None:
    try:
        worker.run(stop)
    finally:
        connections.close_all()
