"""A service or the channel as its users run it: gunicorn, a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import urllib3

WAIT_SECONDS = 30
POLL_SECONDS = 0.02


class WebProcess:
    """`with WebProcess("order_service", environment, log=path) as web: web.url`"""

    def __init__(self, package: str, environment: dict[str, str], *, log: Path) -> None:
        self.package = package
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.http = urllib3.PoolManager(timeout=15, retries=False, maxsize=8)
        self.log = log
        self.environment = os.environ | environment | {"BIND": f"127.0.0.1:{self.port}"}
        self.environment.pop("DJANGO_SETTINGS_MODULE", None)

    def __enter__(self) -> Self:
        command = [sys.executable, *self.command()]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        try:
            self.wait_until_it_answers()
        except BaseException:
            self._stop()
            raise
        return self

    def command(self) -> list[str]:
        config, application = f"python:{self.package}.config.gunicorn", f"{self.package}.config.wsgi:application"
        return ["-m", "gunicorn", "--config", config, application]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            try:
                self.http.request("GET", f"{self.url}/livez")
                return
            except urllib3.exceptions.HTTPError:
                assert self.process.poll() is None, self.log.read_text()
                time.sleep(POLL_SECONDS)
        raise AssertionError(f"{self.package} does not answer: {self.log.read_text()}")

    def _stop(self) -> None:
        """Its workers too: it leads a session of its own."""
        self.http.clear()
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=60)


def manage(package: str, *command: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """`manage <command>` of a service, as an operator or the supervisor runs it."""
    line = [sys.executable, "-m", f"{package}.manage", *command]
    full = os.environ | environment
    full.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(line, env=full, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
