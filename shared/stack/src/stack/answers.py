"""Asking one of the services' own commands: they answer with one JSON object."""

import json
import subprocess
from typing import Any

from stack.environments import inherited_environment
from stack.errors import Failure
from stack.options import PROJECT
from stack.processes import Process


def answer_of(command: Process, *, seconds_max: float) -> tuple[int, Any]:
    """(exit status, the object). Raises Failure with the command's own words when there is no object."""
    done = subprocess.run(
        command.command,
        env=inherited_environment() | dict(command.environment),
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds_max,
    )
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise Failure(f"{command.name} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.returncode, answer
