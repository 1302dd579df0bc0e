"""Sets the environment that the shop's settings read; every story starts with an empty shop and an empty log."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import django
import psycopg
import pytest

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.flextx.processes import Staff

FOLDER = Path(tempfile.mkdtemp(prefix="flextx-suite-"))
SERVER = urlsplit(os.environ["TEST_DATABASE_URL"])
LOG_SERVER = urlsplit(os.environ["TEST_LOG_DATABASE_URL"])
# Of this run alone, so that two runs can share a server.
DATABASE = f"flextx_suite_{os.getpid()}"
LOG_DATABASE = f"{DATABASE}_log"
(FOLDER / "password").write_text(unquote(SERVER.password or ""))
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "tests.flextx.settings",
    "SHOP_DATABASE_URL": f"postgresql://{SERVER.username}@{SERVER.hostname}:{SERVER.port}/{DATABASE}",
    "SHOP_DATABASE_PASSWORD_FILE": str(FOLDER / "password"),
    "LOG_DATABASE_URL": f"postgresql://{LOG_SERVER.username}@{LOG_SERVER.hostname}:{LOG_SERVER.port}/{LOG_DATABASE}",
    "RUN_DIR": str(FOLDER),
    "LOG_LEVEL": "WARNING",
}


def pytest_configure() -> None:
    django.setup()  # pytest-django looked for settings before this file named them


def pytest_unconfigure() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)


@pytest.fixture(scope="session")
def log_database() -> Iterator[None]:
    from flextx.transports.choose import transport

    with psycopg.connect(os.environ["TEST_LOG_DATABASE_URL"], autocommit=True, connect_timeout=5) as server:
        server.execute(f"CREATE DATABASE {LOG_DATABASE}")
        transport().create_topics()
        yield
        server.execute(f"DROP DATABASE {LOG_DATABASE} WITH (FORCE)")


@pytest.fixture
def log(log_database: None) -> None:
    """The message log, empty."""
    from tests.flextx.message_log import empty_log

    empty_log()


@pytest.fixture
def shop(transactional_db: None, log: None) -> None:
    """The shop's database and the log, both empty; what a story commits is really committed."""


@pytest.fixture
def staff(shop: None, tmp_path: Path) -> Iterator["Staff"]:
    """Relays and consumers as processes of their own."""
    from tests.flextx.processes import Staff, processes

    with processes() as started:
        yield Staff(started, tmp_path)


@pytest.fixture
def doors_open(tmp_path: Path, settings: "Settings") -> None:
    """The shop knows the key that the callers' tokens are signed with; see tests.flextx.operators."""
    from tests.flextx.operators import KEY
    from tests.flextx.tokens import public_jwk, write_keys

    file = tmp_path / "jwks.json"
    write_keys(file, public_jwk(KEY, "key-1"))
    settings.FLEXTX = settings.FLEXTX | {"AUTH_JWKS_FILE": str(file)}
