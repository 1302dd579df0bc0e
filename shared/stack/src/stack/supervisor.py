"""Starting the supervisor and talking to it, over a socket in RUN_DIR that only its owner may open."""

import http.client
import os
import socket
import subprocess
import sys
import time
import xmlrpc.client  # nosec B411: the other end is the supervisor that we started, on our own 0600 socket
from dataclasses import dataclass
from typing import Any

from stack.environments import common_environment, inherited_environment
from stack.errors import Failure
from stack.layout import Layout, System

CALL_SECONDS_MAX = 30
START_SECONDS_MAX = 15


@dataclass(frozen=True, slots=True)
class ProcessState:
    name: str
    pid: int
    state: str
    uptime_seconds: int


def start_supervisor(system: System) -> None:
    layout = system.layout
    layout.supervisor_socket.parent.mkdir(mode=0o700, exist_ok=True)
    environment = inherited_environment() | common_environment(system, "supervisord")
    output = layout.log("supervisord-output")
    with output.open("wb") as file:
        child = subprocess.Popen(
            [sys.executable, "-m", "supervisor.supervisord", "--configuration", layout.supervisor_conf],
            env=environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,  # a Ctrl-C in this terminal is not meant for it
        )
    deadline = time.monotonic() + START_SECONDS_MAX
    while not is_running(layout):
        if child.poll() is not None or time.monotonic() > deadline:
            raise Failure("the supervisor did not start", log=output)
        time.sleep(0.02)


def is_running(layout: Layout) -> bool:
    try:
        return bool(call(layout, "getState")["statename"] == "RUNNING")
    except OSError:
        return False


def start_group(layout: Layout, group: str) -> None:
    call(layout, "startProcessGroup", group, False)


def remove_group(layout: Layout, group: str) -> None:
    """Stop it and forget it: it is not to be missed from now on."""
    call(layout, "stopProcessGroup", group, True)
    call(layout, "removeProcessGroup", group)


def stop_process(layout: Layout, group: str, name: str) -> None:
    """As an operator stops it: it is told to end, and not started again."""
    call(layout, "stopProcess", f"{group}:{name}", True)


def start_process(layout: Layout, group: str, name: str) -> None:
    call(layout, "startProcess", f"{group}:{name}", False)


def process_states(layout: Layout) -> list[ProcessState]:
    return [
        ProcessState(
            name=info["name"],
            pid=info["pid"],
            state=info["statename"],
            uptime_seconds=info["now"] - info["start"] if info["pid"] else 0,
        )
        for info in call(layout, "getAllProcessInfo")
    ]


def call(layout: Layout, method: str, *arguments: object) -> Any:
    transport = _SocketTransport(str(layout.supervisor_socket))
    with xmlrpc.client.ServerProxy("http://localhost", transport=transport) as proxy:
        return getattr(proxy.supervisor, method)(*arguments)


class _SocketTransport(xmlrpc.client.Transport):
    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        return _SocketConnection(self._path)


class _SocketConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=CALL_SECONDS_MAX)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(CALL_SECONDS_MAX)
        self.sock.connect(os.fspath(self._path))
