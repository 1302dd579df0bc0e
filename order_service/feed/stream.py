"""What one viewer is told: everything behind its cursor, in order, then whatever comes."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from functools import partial

from flextx.outages import RETRY_ALL
from order_service.feed.hub import AT_ONCE_MAX, HUB, Viewer
from order_service.feed.reading import FOR_VIEWERS
from order_service.feed.wire import GREETING, STILL_HERE, Told, told
from order_service.rooms.selectors import feed_page

logger = logging.getLogger(__name__)
QUIET_SECONDS_MAX = 15


async def tell(viewer: Viewer, position: int) -> AsyncIterator[bytes]:
    """Until the viewer leaves, or the process stops, or the database is away: the cursor then leads back here."""
    yield GREETING
    while not HUB.closing:
        try:
            events = await _next_events(viewer, position)
        except RETRY_ALL as away:
            logger.warning("a stream ends, the database is away: %s", away)
            return
        if events:
            position = events[-1].seq
            yield b"".join(event.text for event in events)
        elif not await viewer.room.news(seconds_max=QUIET_SECONDS_MAX):
            yield STILL_HERE


async def _next_events(viewer: Viewer, position: int) -> list[Told]:
    events = viewer.room.after(position)
    if events is not None:
        return events
    page = partial(feed_page, viewer.room_id, after=position, limit=AT_ONCE_MAX)
    return [told(event) for event in await FOR_VIEWERS.ask(page)]
