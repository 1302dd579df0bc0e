"""`make test`: hands over to tests/run, which starts a system of its own."""

import os
import sys
from typing import NoReturn

from stack.options import PROJECT, Options


def test(options: Options) -> NoReturn:
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, str(PROJECT / "tests" / "run")])
