"""Viewers of a room's feed: each reads server-sent events in a thread of its own and comes back by its cursor."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import urllib3

Told = dict[str, Any]
READ_SECONDS_MAX = 10  # shorter than the feed may be silent: who waits for an event longer than this is told


def open_stream(http: urllib3.PoolManager, url: str, **headers: str) -> urllib3.BaseHTTPResponse:
    """The answer to a viewer's request, not yet read."""
    timeout = urllib3.Timeout(connect=10, read=READ_SECONDS_MAX)
    asked = {"Accept": "text/event-stream"} | headers
    return http.request("GET", url, headers=asked, preload_content=False, retries=False, timeout=timeout)


def events_of(response: urllib3.BaseHTTPResponse) -> Iterator[Told]:
    """Each event as it comes. What stands before its data is compared with it."""
    waiting = b""
    for chunk in response.stream(65_536):
        *blocks, waiting = (waiting + chunk).split(b"\n\n")
        for block in blocks:
            fields = dict(line.split(": ", 1) for line in block.decode().splitlines())
            if "data" in fields:
                event: Told = json.loads(fields["data"])
                assert (fields["id"], fields["event"]) == (event["event_id"], event["kind"])
                yield event


class Viewer(threading.Thread):
    """Watches until it is stopped. `leaves_after`: it goes away after so many events at most, and comes back."""

    def __init__(self, url: str, *, leaves_after: int | None = None, seed: int = 0) -> None:
        super().__init__(daemon=True)
        self.url = url
        self.seen: list[Told] = []
        self.visits = 0
        self.stop = threading.Event()
        self._leaves_after = leaves_after
        self._random = random.Random(seed)
        self._http = urllib3.PoolManager()

    @property
    def event_ids(self) -> list[int]:
        return [int(event["event_id"]) for event in self.seen]

    def run(self) -> None:
        while not self.stop.is_set():
            with suppress(urllib3.exceptions.HTTPError, OSError):  # the process is gone: come back
                self._visit()
            self.stop.wait(0.05)

    def _visit(self) -> None:
        since = {"Last-Event-ID": self.seen[-1]["event_id"]} if self.seen else {}
        response = open_stream(self._http, self.url, **since)
        try:
            if response.status != 200:
                return
            self.visits += 1
            stays_for = self._random.randint(1, self._leaves_after) if self._leaves_after else None
            for number, event in enumerate(events_of(response), start=1):
                self.seen.append(event)
                if self.stop.is_set() or number == stays_for:
                    return
        finally:
            response.close()


@contextmanager
def watching(viewers: list[Viewer]) -> Iterator[list[Viewer]]:
    """They watch within the block. At its end each is told to go; a quiet one notices with its next event, or never."""
    for viewer in viewers:
        viewer.start()
    try:
        yield viewers
    finally:
        for viewer in viewers:
            viewer.stop.set()
