"""The containers that `docker compose up --wait` started. These stories are run by themselves, not by `make test`:
python -m pytest tests/compose
"""

import secrets
import threading
from collections.abc import Iterator

import pytest

from stack.containers import Containers
from tests.compose.buyers import Buyer, stop_all
from tests.compose.killing import running

BUYERS = 3


@pytest.fixture(scope="session")
def containers() -> Containers:
    containers = Containers()
    assert len(running(containers)) >= 13, "start them first: docker compose up --wait"
    return containers


@pytest.fixture
def buyers(containers: Containers) -> Iterator[list[Buyer]]:
    stop = threading.Event()
    urls = {"order": containers.url("order")}
    names = [f"kill-{secrets.token_hex(4)}-{number}" for number in range(BUYERS)]
    buyers = [Buyer(name, containers.token(name, "user"), urls, stop) for name in names]
    for buyer in buyers:
        buyer.start()
    yield buyers
    stop_all(buyers)
