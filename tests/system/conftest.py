import secrets

import pytest

from tests.system.world import World, env_file


@pytest.fixture(scope="session")
def world() -> World:
    """The suite's one system, started as a user starts it, with two relays and three consumers a service."""
    return World.of(env_file())


@pytest.fixture
def person() -> str:
    """Somebody nobody has heard of yet."""
    return f"p-{secrets.token_hex(6)}"
