"""Killing containers, the way machines do, and waiting until they are there again."""

import json
import os
import signal
import time
from typing import Any

from stack.containers import Containers

BACK_SECONDS_MAX = 90


def states(containers: Containers) -> dict[str, dict[str, Any]]:
    """What Docker says of every container, by the name of its service."""
    lines = containers.call("ps", "--all", "--format", "json").splitlines()
    return {one["Service"]: one for one in map(json.loads, lines)}


def running(containers: Containers) -> list[str]:
    return sorted(name for name, one in states(containers).items() if one["State"] == "running")


def kill(containers: Containers, service: str) -> None:
    """Docker takes this for a person's wish and leaves the container dead, whatever its restart policy says."""
    containers.call("kill", "--signal", "KILL", service)


def start(containers: Containers, service: str) -> None:
    """That container alone: `docker compose start` would first look after all that it depends on."""
    containers.docker("start", str(states(containers)[service]["Name"]))


def kill_from_outside(containers: Containers, service: str) -> None:
    """As when memory runs out: nobody tells Docker, so the restart policy is what brings it back."""
    os.kill(_inspect(containers, service)["State"]["Pid"], signal.SIGKILL)


def restarts(containers: Containers, service: str) -> int:
    return int(_inspect(containers, service)["RestartCount"])


def wait_until_back(containers: Containers, service: str) -> float:
    """Running, and ready where that can be asked; the answer is how many seconds that took."""
    started = time.monotonic()
    while not _is_back(states(containers)[service]):
        seconds = time.monotonic() - started
        assert seconds < BACK_SECONDS_MAX, f"{service} was not back: {states(containers)[service]}"
        time.sleep(0.2)
    return time.monotonic() - started


def _is_back(state: dict[str, Any]) -> bool:
    return state["State"] == "running" and state["Health"] in ("", "healthy")


def _inspect(containers: Containers, service: str) -> dict[str, Any]:
    name = states(containers)[service]["Name"]
    (answer,) = json.loads(containers.docker("inspect", name))
    assert isinstance(answer, dict)
    return answer
