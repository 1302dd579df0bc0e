"""`make test` and `make soak`: hands over to tests/run, which starts a system of its own."""

import os
import sys
from typing import NoReturn

from stack.options import PROJECT, Options


def soak(options: Options) -> NoReturn:
    """The long stream, on Kafka unless TRANSPORT says otherwise."""
    os.environ["SUITE"] = "soak"
    os.environ.setdefault("TRANSPORT", "kafka")
    test(options)


def test(options: Options) -> NoReturn:
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, str(PROJECT / "tests" / "run")])
