"""Sets the environment that the shop's settings read; every story starts with an empty shop and an empty log."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import django
import psycopg
import pytest

FOLDER = Path(tempfile.mkdtemp(prefix="flextx-suite-"))
SERVER = urlsplit(os.environ["TEST_DATABASE_URL"])
LOG_SERVER = urlsplit(os.environ["TEST_LOG_DATABASE_URL"])
LOG_DATABASE = "flextx_suite_log"
(FOLDER / "password").write_text(unquote(SERVER.password or ""))
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "tests.flextx.settings",
    "SHOP_DATABASE_URL": f"postgresql://{SERVER.username}@{SERVER.hostname}:{SERVER.port}/flextx_suite",
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
        server.execute(f"DROP DATABASE IF EXISTS {LOG_DATABASE} WITH (FORCE)")
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
