"""Sets the environment that the order service's settings read, then gives the stories their surroundings."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from pytest_django import Settings

from tests.order_service.oracle import oracle
from tests.support.service_environment import service_environment
from tests.support.web_process import WebProcess, manage

__all__ = ["oracle"]

FOLDER = Path(tempfile.mkdtemp(prefix="order-service-suite-"))
os.environ |= service_environment("order_service", FOLDER)


def pytest_configure() -> None:
    django.setup()  # pytest-django looked for settings before this file named them


def pytest_unconfigure() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)


@pytest.fixture(scope="session")
def sandbox_channel() -> Iterator[WebProcess]:
    """The real stand-in channel, once for all stories: an order's number is never used twice."""
    environment = {"CHANNEL_DATABASE_FILE": str(FOLDER / "channel.sqlite3"), "CALLBACK_STAIRCASE": "0.05,0.05,0.2"}
    done = manage("sandbox_channel", "prepare", environment=environment)
    assert done.returncode == 0, done.stderr
    with WebProcess("sandbox_channel", environment, log=FOLDER / "channel.log") as web:
        yield web


@pytest.fixture(autouse=True)
def shop(transactional_db: None) -> None:
    """Three products on sale, and nothing else. What a request commits is really committed."""
    from tests.order_service.stories import put_on_sale

    put_on_sale()


@pytest.fixture
def rooms() -> None:
    """Three rooms, open, in which nothing was shown yet."""
    from order_service.rooms.seeds import open_rooms

    open_rooms()


@pytest.fixture
def gifts_on_sale() -> None:
    """A rose for 1 coin, a cake for 10, a rocket for 500."""
    from order_service.gifts.seeds import put_gifts_on_sale

    put_gifts_on_sale()


@pytest.fixture
def channel(sandbox_channel: WebProcess, settings: Settings) -> WebProcess:
    """The channel answers. Without this fixture it is away: nothing listens at its address."""
    settings.SANDBOX_URL = sandbox_channel.url
    return sandbox_channel


@pytest.fixture(scope="module")
def refund_sender(sandbox_channel: WebProcess) -> Iterator[None]:
    """The channel's other process, which calls back and carries refunds out. Without it neither happens."""
    command = [sys.executable, "-m", "sandbox_channel.manage", "send_callbacks"]
    environment = sandbox_channel.environment
    with sandbox_channel.log.open("ab") as log:
        sender = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    yield
    sender.kill()
    sender.wait(timeout=60)
