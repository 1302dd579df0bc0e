"""What tests of a project that uses flextx need too. Nothing here is for production code."""

from flextx.testing.delivery import deliver
from flextx.testing.waiting import wait_until
from flextx.testing.workers import relay_once, running

__all__ = ["deliver", "relay_once", "running", "wait_until"]
