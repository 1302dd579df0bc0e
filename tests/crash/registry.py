"""The crash points that exist, read from the services themselves: a new point is a new test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from stack.environments import MODULES, environment
from stack.layout import Layout, System


def registered_points() -> list[str]:
    """Every point of either service, in order."""
    system = System.started(Layout(Path(os.environ["SYSTEM_ENV_FILE"]).parent))
    return sorted({point for service in ("order", "account") for point in _points_of(system, service)})


def of_runs(point: str) -> bool:
    """Is it on the way of gifts, refunds and what operators do only?"""
    return point.startswith(("gifts.", "operate.", "participant.", "recovery.", "refunds.", "saga."))


def on_every_way(point: str) -> bool:
    """Does whatever goes from one service to the other pass it, or whoever asks with a key?"""
    return point.startswith(("consumer.", "idempotency.", "inbox.batch.", "outbox.", "relay.mark.", "relay.send."))


def _points_of(system: System, service: str) -> list[str]:
    command = [sys.executable, "-m", f"{MODULES[service]}.manage", "flextx", "crashpoints"]
    told = environment(system, service, f"{service}-crashpoints") | {"FLEXTX_CRASH": ""}
    done = subprocess.run(command, env=os.environ | told, capture_output=True, text=True, check=True, timeout=60)
    return [line.split("\t")[0] for line in done.stdout.splitlines()]
