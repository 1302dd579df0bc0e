"""A viewer who does not read in time is cut off. Its cursor brings it back to where it was."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.conf import settings

logger = logging.getLogger(__name__)

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class ReadsTooSlowly(Exception):
    """What was sent before is not taken yet, and the buffer of this connection is full."""


def without_slow_viewers(application: Application) -> Application:
    """The application, whose every `send` must be done within FEED_SLOW_SECONDS_MAX."""
    seconds_max = settings.FEED_SLOW_SECONDS_MAX

    async def in_time(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_in_time(message: Message) -> None:
            try:
                async with asyncio.timeout(seconds_max):
                    await send(message)
            except TimeoutError:
                raise ReadsTooSlowly() from None

        try:
            await application(scope, receive, send_in_time)
        except ReadsTooSlowly:
            logger.warning("cut off: a viewer at %s took nothing for %s s", scope["path"], seconds_max)

    return in_time
