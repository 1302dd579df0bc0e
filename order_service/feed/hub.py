"""Who watches which room, and the newest events of each room that is watched.

A viewer has no queue: it has a position, and reads on from there in what its room keeps for all, or in the database
once it has fallen behind that. So the memory of this process does not grow with slow viewers.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from weakref import WeakSet

from django.conf import settings

from order_service.feed.errors import FeedFull
from order_service.feed.wire import Told, told
from order_service.rooms.models import FeedEvent

KEPT_MAX = 1000
AT_ONCE_MAX = 200


class WatchedRoom:
    """The end of one room's feed. `last_seq`: everything up to here is kept below or in the database."""

    def __init__(self, last_seq: int) -> None:
        self.last_seq = last_seq
        self.viewers: WeakSet[Viewer] = WeakSet()
        self._kept: deque[Told] = deque(maxlen=KEPT_MAX)
        self._news = asyncio.Event()

    def add(self, event: FeedEvent) -> None:
        if event.seq > self.last_seq:  # else it was known when the first viewer came
            self._kept.append(told(event))
            self.last_seq = event.seq

    def wake(self) -> None:
        """Everybody who waits now; who comes later waits for the next time."""
        self._news.set()
        self._news = asyncio.Event()

    def after(self, position: int) -> list[Told] | None:
        """What comes next, oldest first; None: not kept here, the database has it."""
        if position >= self.last_seq:
            return []
        known_from = self.last_seq - len(self._kept)  # numbers have no gaps
        if position < known_from:
            return None
        return list(islice(self._kept, position - known_from, position - known_from + AT_ONCE_MAX))

    async def news(self, *, seconds_max: float) -> bool:
        """Wait for something new; False: there was nothing for so long."""
        try:
            await asyncio.wait_for(self._news.wait(), seconds_max)
        except TimeoutError:
            return False
        return True


@dataclass(eq=False)
class Viewer:
    """One open stream. It is counted for as long as somebody holds it, so no stream's end can be forgotten."""

    room_id: str
    room: WatchedRoom


class Hub:
    def __init__(self) -> None:
        self.closing = False
        self._rooms: dict[str, WatchedRoom] = {}
        self._viewers: WeakSet[Viewer] = WeakSet()

    def check_free_place(self) -> None:
        """Raises FeedFull."""
        if len(self._viewers) >= settings.FEED_STREAMS_MAX:
            raise FeedFull()

    def enter(self, room_id: str, *, last_seq: int) -> Viewer:
        """`last_seq`: the newest event that the room has in the database. Raises FeedFull."""
        self.check_free_place()
        viewer = Viewer(room_id, self._rooms.setdefault(room_id, WatchedRoom(last_seq)))
        viewer.room.viewers.add(viewer)
        self._viewers.add(viewer)
        return viewer

    def positions(self) -> dict[str, int]:
        """Each room that somebody watches, and the number it has reached. The others are forgotten."""
        self._rooms = {room_id: room for room_id, room in self._rooms.items() if room.viewers}
        return {room_id: room.last_seq for room_id, room in self._rooms.items()}

    def tell(self, events: Iterable[FeedEvent]) -> None:
        """Events of any rooms, those of one room in the order of their numbers."""
        changed = set[str]()
        for event in events:
            if event.room_id in self._rooms:
                self._rooms[event.room_id].add(event)
                changed.add(event.room_id)
        for room_id in changed:
            self._rooms[room_id].wake()

    def close(self) -> None:
        """Every stream ends; its viewer finds the next process by its cursor."""
        self.closing = True
        for room in self._rooms.values():
            room.wake()


HUB = Hub()
