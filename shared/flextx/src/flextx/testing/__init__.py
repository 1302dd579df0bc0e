"""What tests of a project that uses flextx need too. Nothing here is for production code."""

from typing import TYPE_CHECKING, Any

from flextx.testing.delivery import deliver
from flextx.testing.waiting import wait_until
from flextx.testing.workers import relay_once, running

if TYPE_CHECKING:
    from flextx.testing.sagas import expect_saga

__all__ = ["deliver", "expect_saga", "relay_once", "running", "wait_until"]


def __getattr__(name: str) -> Any:
    """Imported when it is asked for: a project without sagas does not install their tables."""
    if name != "expect_saga":
        raise AttributeError(name)
    from flextx.testing.sagas import expect_saga

    return expect_saga
