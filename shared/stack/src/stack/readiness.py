"""Waiting until the services answer that they are ready."""

import time

import urllib3

from stack.errors import Failure
from stack.layout import System

READY_SECONDS_MAX = 60
POLL_SECONDS = 0.1
PARTS = {"order": "order-web", "account": "account-web", "feed": "order-feed", "channel": "channel-web"}


def wait_until_ready(system: System) -> None:
    deadline = time.monotonic() + READY_SECONDS_MAX
    with urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=2, read=5)) as http:
        for part in PARTS:
            _wait_for(http, system, part, deadline)


def _wait_for(http: urllib3.PoolManager, system: System, part: str, deadline: float) -> None:
    while (answer := _ask(http, system.url(part))) is not None:
        if time.monotonic() > deadline:
            message = f"the {part} part was not ready within {READY_SECONDS_MAX} s; /readyz: {answer}"
            raise Failure(message, log=system.layout.log(PARTS[part]))
        time.sleep(POLL_SECONDS)


def _ask(http: urllib3.PoolManager, url: str) -> str | None:
    """None when it is ready, else what it said instead."""
    try:
        response = http.request("GET", f"{url}/readyz", redirect=False)
    except urllib3.exceptions.HTTPError as error:
        return str(error)
    return None if response.status == 200 else f"{response.status} {response.data[:500].decode(errors='replace')}"
