"""The suites, and running each in a pytest of its own: one process cannot hold two Django projects."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from stack.options import PROJECT
from tests.running.counts import Outcome, read_report
from tests.running.output import Output
from tests.running.place import inner_environment

# In this order: what is quick and needs no system first.
WITHOUT_SYSTEM = ("stack", "architecture", "contracts", "sandbox_channel")
# Told once, on the embedded log; tests/flextx asks for a broker of its own where a story is about both logs.
ONCE = (*WITHOUT_SYSTEM, "flextx", "order_service", "account_service", "docs", "lifecycle")
# The same stories, under the same ids, on a fresh system for each message log.
ON_EACH_TRANSPORT = ("system", "crash")
# Last, on the embedded log's system: what it does to rooms and accounts would be in the others' way.
LAST = ("callers",)
SUITES = (*ONCE, *ON_EACH_TRANSPORT, *LAST)
# Takes minutes, so it is run only when it is named: `make soak`, on Kafka unless TRANSPORT says otherwise.
ON_REQUEST = ("soak",)
SAY_WHAT_THEY_COUNTED = (*ON_REQUEST, "callers")
SUITE_SECONDS_MAX = 1800


def chosen(name: str) -> list[str]:
    """A suite that does not exist yet is left out; a misspelt one is not."""
    if name in ON_REQUEST:
        return [name]
    if name and name not in SUITES:
        sys.exit(f"SUITE is one of {', '.join(SUITES)}, not {name!r}")
    return [one for one in SUITES if name in ("", one) and (PROJECT / "tests" / one).is_dir()]


class Suites:
    """Runs them; `stop` ends those that run and lets no other begin."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._children: set[int] = set()
        self._stopped = False

    def run(self, suite: str, title: str, given: dict[str, str], output: Output) -> Outcome:
        started = time.monotonic()
        report = self._folder / f"{title.replace(' ', '-')}.xml"
        keyword = ["-k", os.environ["K"]] if os.environ.get("K") else []
        shown = ("-q", "--durations=8", f"--junitxml={report}")
        # A soak stands still for minutes without being stuck.
        patient = ("-o", "faulthandler_timeout=600") if suite in ON_REQUEST else ()
        spoken = ("-s",) if suite in SAY_WHAT_THEY_COUNTED else ()
        command = [sys.executable, "-m", "pytest", f"tests/{suite}", *shown, *patient, *spoken, *keyword]
        with output.of_child(f"\n=== {title}") as into:
            code = self._run_bounded(command, inner_environment(given), into)
        outcome = read_report(report)
        if code != 0 and not outcome.count.failed:
            outcome.count.failed = 1  # no tests, a broken conftest, a crash: pytest's other exit codes fail too
        output.say(f"=== {title}: {outcome.count}, {time.monotonic() - started:.1f} s")
        return outcome

    def stop(self) -> None:
        self._stopped = True
        for group in list(self._children):
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)

    def _run_bounded(self, command: list[str], environment: dict[str, str], into: IO[bytes] | None) -> int:
        """In a group of its own, which ends with it: a suite that hangs leaves nothing behind."""
        if self._stopped:
            return -1
        options = {"stdin": subprocess.DEVNULL, "stdout": into, "stderr": into}
        child = subprocess.Popen(command, cwd=PROJECT, env=environment, process_group=0, **options)
        self._children.add(child.pid)
        try:
            return child.wait(timeout=SUITE_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            print(f"ended after {SUITE_SECONDS_MAX} s", flush=True)
            return -1
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
            self._children.discard(child.pid)
