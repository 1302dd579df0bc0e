"""A system to show something on: the one that runs, or one started for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from stack import supervisor
from stack.down import down
from stack.errors import Failure
from stack.last_words import say_last_words
from stack.layout import Layout, System
from stack.options import Options
from stack.up import up


@contextmanager
def running_system(options: Options) -> Iterator[System]:
    """Started if it is not there; taken down afterwards, whatever happened, if ONCE=1 was said."""
    try:
        if not supervisor.is_running(Layout(options.run_dir)):
            up(options)
        yield System.started(Layout(options.run_dir))
    except Failure:
        say_last_words(Layout(options.run_dir))
        raise
    finally:
        if options.once:
            down(options)
