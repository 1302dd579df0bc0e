"""`python -m order_service.feed`: the process that shows the rooms to their viewers, until SIGTERM.

One event loop holds every stream; one poller reads for all of them. PostgreSQL sees as many connections with a thousand
viewers as with one.
"""

from __future__ import annotations

import asyncio
import os
import socket

import uvicorn
from django.conf import settings
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "order_service.feed.settings")
django = get_asgi_application()  # before the imports below: they need Django's apps

from order_service.feed.hub import HUB  # noqa: E402
from order_service.feed.poller import poll  # noqa: E402
from order_service.feed.slow import without_slow_viewers  # noqa: E402
from order_service.feed.unreadable import ProblemProtocol  # noqa: E402

STOP_SECONDS_MAX = 5


class FeedServer(uvicorn.Server):
    """Ends the streams when it is told to stop: it would wait for them, and they end by themselves never."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        HUB.close()
        await super().shutdown(sockets)


async def serve() -> None:
    """Until a signal, or until the poller is dead: whoever supervises this process starts it again."""
    host, _, port = os.environ.get("BIND", "127.0.0.1:8000").rpartition(":")
    config = uvicorn.Config(
        without_slow_viewers(django),
        host=host,
        port=int(port),
        http=ProblemProtocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,  # Django's
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=512,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=STOP_SECONDS_MAX,
    )
    server = FeedServer(config)
    listener = config.bind_socket()
    forget_who_reads_nothing(listener)
    serving, polling = asyncio.create_task(server.serve([listener])), asyncio.create_task(poll(HUB))
    await asyncio.wait([serving, polling], return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    await serving
    polling.result()  # raises what ended it


def forget_who_reads_nothing(listener: socket.socket) -> None:
    """Let the system drop a connection whose other end takes nothing: closing it would wait for that other end."""
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, settings.FEED_SLOW_SECONDS_MAX * 1000)


if __name__ == "__main__":
    asyncio.run(serve())
