"""Sets the environment that the account service's settings read, then gives the stories an empty ledger."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import django
import pytest

from stack.tokens import mint
from tests.support.service_environment import service_environment

if TYPE_CHECKING:
    from tests.account_service.shop import Shop

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


@pytest.fixture(scope="session")
def order_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Shop"]:
    from tests.account_service.shop import running_shop

    with running_shop(tmp_path_factory.mktemp("order-service")) as shop:
        yield shop


@pytest.fixture
def shop(order_service: "Shop", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Shop":
    """Nothing sold yet; and this service knows where the orders are and has a token to read them."""
    order_service.empty()
    token = tmp_path / "token"
    secrets = Path(order_service.environment["AUTH_JWKS_FILE"]).parent
    token.write_text(mint(secrets, subject="account-service", scope="service"))
    monkeypatch.setenv("ORDER_URL", order_service.web.url)
    monkeypatch.setenv("SERVICE_TOKEN_FILE", str(token))
    return order_service
