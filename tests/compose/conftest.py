"""The containers that `docker compose up --wait` started. These stories are run by themselves, not by `make test`:
python -m pytest tests/compose
"""

import pytest

from stack.containers import Containers
from tests.compose.killing import running


@pytest.fixture(scope="session")
def containers() -> Containers:
    containers = Containers()
    assert len(running(containers)) >= 13, "start them first: docker compose up --wait"
    return containers
