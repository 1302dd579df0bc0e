"""One question to the database, a few times a second, for all rooms and all viewers."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Mapping
from functools import partial

from flextx.outages import RETRY_ALL
from flextx.workers.heartbeat import Heart
from order_service.feed.hub import Hub
from order_service.feed.reading import FOR_POLLER
from order_service.rooms.models import FeedEvent
from order_service.rooms.selectors import feed_news

logger = logging.getLogger(__name__)
EVERY_SECONDS = 0.25
EVENTS_MAX = 500
"""Of one room, at one time; the rest comes with the next."""


async def poll(hub: Hub) -> None:
    """For ever. A database that is away is waited for; anything else ends the process."""
    heart = Heart(name=os.environ.get("PROCESS_NAME") or f"feed-{os.getpid()}", kind="feed")
    heart.start()
    while True:
        try:
            hub.tell(await FOR_POLLER.ask(partial(_look, heart, hub.positions())))
        except RETRY_ALL as away:
            heart.turn()
            logger.warning("the database is away: %s", away)
        await asyncio.sleep(EVERY_SECONDS)


def _look(heart: Heart, positions: Mapping[str, int]) -> list[FeedEvent]:
    heart.beat()
    return feed_news(positions, limit=EVENTS_MAX) if positions else []
