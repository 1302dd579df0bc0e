"""The database, asked from an event loop: a few threads, each with a pooled connection for as long as one question."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

Answer = TypeVar("Answer")


class Readers:
    """At most `count` questions at a time; more wait for their turn."""

    def __init__(self, count: int, name: str) -> None:
        self._threads = ThreadPoolExecutor(max_workers=count, thread_name_prefix=name)

    async def ask(self, question: Callable[[], Answer]) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _ask, question)


def _ask(question: Callable[[], Answer]) -> Answer:
    try:
        return question()
    finally:
        connection.close()  # gives it back to the pool


# The poller has a thread to itself: whoever comes back with an old cursor does not hold up everybody else.
FOR_POLLER = Readers(1, "poller")
FOR_VIEWERS = Readers(3, "viewers")
