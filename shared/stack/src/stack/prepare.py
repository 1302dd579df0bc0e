"""Commands that run to their end before the services start, side by side where nothing forbids it."""

import subprocess
import time
from contextlib import suppress

from stack.environments import inherited_environment
from stack.errors import Failure
from stack.layout import System
from stack.options import PROJECT
from stack.processes import Process

PREPARE_SECONDS_MAX = 120
Running = list[tuple[Process, subprocess.Popen[bytes]]]


def begin(system: System, commands: list[Process]) -> Running:
    running: Running = []
    for one in commands:
        with system.layout.log(one.name).open("wb") as log:
            environment = inherited_environment() | dict(one.environment)
            child = subprocess.Popen(
                one.command, env=environment, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        running.append((one, child))
    return running


def finish(system: System, running: Running) -> None:
    deadline = time.monotonic() + PREPARE_SECONDS_MAX
    try:
        for one, child in running:
            code = child.wait(timeout=max(0.0, deadline - time.monotonic()))
            if code != 0:
                raise Failure(f"{one.name} ended with {code}", log=system.layout.log(one.name))
    except subprocess.TimeoutExpired:
        message = f"{one.name} was not done within {PREPARE_SECONDS_MAX} s"
        raise Failure(message, log=system.layout.log(one.name)) from None
    finally:
        end(running)


def end(running: Running) -> None:
    for _, child in running:
        if child.poll() is None:
            child.kill()
        with suppress(subprocess.TimeoutExpired):
            child.wait(timeout=5)
