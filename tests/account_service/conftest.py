"""Sets the environment that the account service's settings read, then gives the stories an empty ledger."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest

from tests.support.service_environment import service_environment

FOLDER = Path(tempfile.mkdtemp(prefix="account-service-suite-"))
os.environ |= service_environment("account_service", FOLDER)


def pytest_configure() -> None:
    django.setup()  # pytest-django looked for settings before this file named them


def pytest_unconfigure() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)


@pytest.fixture(autouse=True)
def ledger(transactional_db: None) -> Iterator[None]:
    """What a story commits is really committed; afterwards the tables are emptied, which the ledger itself forbids."""
    yield
    from tests.account_service.stories import without_triggers

    without_triggers("TRUNCATE ledger_transfer, ledger_account CASCADE")
    # Django's own emptying would meet the triggers again: it runs in this session, which ends with the story.
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")


@pytest.fixture
def suite_folder() -> Path:
    return FOLDER
