"""The shop's relays and consumers as processes of their own: to be killed, frozen and woken."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from flextx.conf import flextx_settings
from flextx.testing import wait_until

SECONDS_MAX = 20
DIED = 137


class Worker:
    """`manage <command>`; what it says goes to `log`. `crash`: its FLEXTX_CRASH, counted in `folder`."""

    def __init__(self, command: list[str], folder: Path, *, crash: str = "") -> None:
        self.log = folder / f"{'-'.join(command[:3])}.log".replace("--", "")[:50]
        environment = os.environ | {"SHOP_FLEXTX": _settings_in_force()}
        environment |= {"FLEXTX_CRASH": crash, "FLEXTX_CRASH_DIR": str(folder / "crash")}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.flextx.manage", *command],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def said(self) -> str:
        return self.log.read_text()

    def wait(self) -> int:
        """Its exit code, as a shell would show it; a death by kill -9 and by a crash point are both 137."""
        code = self.process.wait(timeout=SECONDS_MAX)
        return DIED if code == -signal.SIGKILL else code

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)
        self.wait_until_frozen()

    def wait_until_frozen(self) -> None:
        wait_until(lambda: psutil.Process(self.process.pid).status() == psutil.STATUS_STOPPED, seconds=SECONDS_MAX)

    def wake(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def terminate(self) -> int:
        self.process.terminate()
        return self.wait()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(timeout=SECONDS_MAX)


def _settings_in_force() -> str:
    """The story's own settings, as the process's environment carries them."""
    return flextx_settings().model_dump_json(by_alias=True)


@contextmanager
def processes() -> Iterator[list[Worker]]:
    """Whatever is put in the list is gone when the block ends."""
    started: list[Worker] = []
    try:
        yield started
    finally:
        for worker in started:
            worker.kill()


class Staff:
    """Starts the workers of one story."""

    def __init__(self, started: list[Worker], folder: Path) -> None:
        self._started, self._folder = started, folder

    def relay(self, name: str, *options: str, crash: str = "") -> Worker:
        return self._start(["relay_outbox", "--name", name, *options], crash)

    def consumer(self, name: str, *, crash: str = "") -> Worker:
        return self._start(["consume_events", "--name", name], crash)

    def recovery(self, name: str, *options: str, crash: str = "") -> Worker:
        return self._start(["run_recovery", "--name", name, *options], crash)

    def shell(self, statement: str, *, crash: str = "") -> Worker:
        """One statement in a process of its own."""
        return self._start(["shell", "--command", statement], crash)

    def _start(self, command: list[str], crash: str) -> Worker:
        worker = Worker(command, self._folder, crash=crash)
        self._started.append(worker)
        return worker


def lives_until_success(staff: Staff, name: str, *, crash: str, lives_max: int) -> list[int]:
    """Start `relay_outbox --once` again whenever it died, as a supervisor would; the exit codes of its lives."""
    codes: list[int] = []
    while not codes or (codes[-1] != 0 and len(codes) < lives_max):
        codes.append(staff.relay(name, "--once", crash=crash).wait())
    return codes
