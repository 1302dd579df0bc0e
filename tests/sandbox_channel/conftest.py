"""Sets the environment that the settings read, then gives the stories their actors."""

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import django
import pytest

if TYPE_CHECKING:
    from channel import Channel
    from merchant import Merchant
    from processes import System

FOLDER = Path(tempfile.mkdtemp(prefix="sandbox-channel-tests-"))
SECRET = "tests-secret"
(FOLDER / "django-key").write_text("k" * 60)
(FOLDER / "sandbox-secret").write_text(SECRET + "\n")
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "sandbox_channel.config.settings",
    "DJANGO_SECRET_KEY_FILE": str(FOLDER / "django-key"),
    "ALLOWED_HOSTS": "testserver,127.0.0.1",
    "CHANNEL_DATABASE_FILE": str(FOLDER / "channel.sqlite3"),
    "SANDBOX_MERCHANT_ID": "m-1",
    "SANDBOX_KEY_ID": "key-1",
    "SANDBOX_SECRET_FILE": str(FOLDER / "sandbox-secret"),
    "CALLBACK_STAIRCASE": "0.05,0.05,0.1",
}


def pytest_configure() -> None:
    # pytest-django reads the settings before this file unless they are named here only; so setup is ours.
    django.setup()


def pytest_unconfigure() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """A file, not SQLite's memory: sender, payers and merchant are threads with connections of their own."""
    from django.db import connections

    connections["default"].settings_dict["TEST"]["NAME"] = str(FOLDER / "tests.sqlite3")


@pytest.fixture
def merchant() -> Iterator["Merchant"]:
    from merchant import Merchant

    with Merchant() as merchant:
        yield merchant


@pytest.fixture
def channel(transactional_db: None, merchant: "Merchant") -> "Channel":
    from channel import Channel

    return Channel(notify_url=merchant.url, secret=SECRET)


@pytest.fixture
def sender(transactional_db: None) -> Iterator[threading.Thread]:
    """The process `send_callbacks`, as a thread on the stories' database."""
    from django.db import connections

    from sandbox_channel.callbacks import CallbackSender

    stop = threading.Event()

    def run() -> None:
        try:
            CallbackSender().run(stop)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    yield thread
    stop.set()
    thread.join(timeout=5)
    assert not thread.is_alive()


@pytest.fixture
def system(tmp_path: Path) -> Iterator["System"]:
    from processes import System

    system = System(tmp_path, SECRET)
    yield system
    system.stop()


@pytest.fixture
def prepared(system: "System") -> "System":
    """Its tables are made; nothing runs yet."""
    result = system.manage("prepare")
    assert result.returncode == 0, result.stderr
    return system
