"""Which worker this is: a name for what it counts and logs."""

from contextvars import ContextVar

_NAME: ContextVar[str] = ContextVar("flextx_worker", default="")


def worker_name() -> str:
    """The name of the worker whose loop runs here; empty in a web process or a command."""
    return _NAME.get()


def work_as(name: str) -> None:
    """From here on this thread is the worker of this name."""
    _NAME.set(name)
