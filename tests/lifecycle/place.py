"""A system of one's own: `make` in it, the pids that it names, and waiting for what becomes of them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import urllib3

from stack import supervisor
from stack.layout import Layout, System
from stack.options import PROJECT
from stack.reaping import survivors

OUTER_MAKE = ("MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL")
WAIT_SECONDS_MAX = 60


class Place:
    """One RUN_DIR and its ports, and `make` in it."""

    def __init__(self, run_dir: Path, port_base: int) -> None:
        self.layout = Layout(run_dir.resolve())
        self.port_base = port_base

    def make(self, target: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["make", "-s", target],
            cwd=PROJECT,
            env=self._environment() | variables,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def start(self, target: str) -> subprocess.Popen[bytes]:
        """In a group of its own, as a shell starts it."""
        return subprocess.Popen(
            ["make", "-s", target],
            cwd=PROJECT,
            env=self._environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )

    def _environment(self) -> dict[str, str]:
        place = {"RUN_DIR": str(self.layout.run_dir), "PORT_BASE": str(self.port_base), "PYTHON": sys.executable}
        return {name: value for name, value in os.environ.items() if name not in OUTER_MAKE} | place

    def pids(self) -> dict[str, int]:
        return {one.name: one.pid for one in supervisor.process_states(self.layout)}

    def supervisor_pid(self) -> int:
        return int((self.layout.run_dir / "supervisord.pid").read_text())

    def url(self, part: str) -> str:
        return System.started(self.layout).url(part)


def came_back(place: Place, before: dict[str, int]) -> bool:
    states = supervisor.process_states(place.layout)
    return all(one.state == "RUNNING" and one.pid != before[one.name] for one in states)


def orphans(place: Place) -> list[psutil.Process]:
    parent = psutil.Process(place.supervisor_pid())
    return [one for one in survivors(place.layout) if one not in (parent, *parent.children(recursive=True))]


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def status_of(url: str, *, token: str = "") -> int:
    try:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return urllib3.request("GET", url, headers=headers, timeout=5, retries=False).status
    except urllib3.exceptions.HTTPError:
        return 0


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not condition():
        assert time.monotonic() < deadline, "not within the time it may take"
        time.sleep(0.05)
