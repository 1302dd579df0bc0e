"""The suites, and running one of them in a pytest of its own: one process cannot hold two Django projects."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from stack.options import PROJECT
from tests.running.counts import Outcome, read_report
from tests.running.place import inner_environment

# In this order: what is quick and needs no system first.
WITHOUT_SYSTEM = ("stack", "architecture", "contracts", "sandbox_channel")
# Told once, on the embedded log; tests/flextx asks for a broker of its own where a story is about both logs.
ONCE = (*WITHOUT_SYSTEM, "flextx", "order_service", "account_service", "docs", "lifecycle")
# The same stories, under the same ids, on a fresh system for each message log.
ON_EACH_TRANSPORT = ("system", "crash")
SUITES = (*ONCE, *ON_EACH_TRANSPORT)
# Takes minutes, so it is run only when it is named: `make soak`, on Kafka unless TRANSPORT says otherwise.
ON_REQUEST = ("soak",)
SUITE_SECONDS_MAX = 1200


def chosen(name: str) -> list[str]:
    """A suite that does not exist yet is left out; a misspelt one is not."""
    if name in ON_REQUEST:
        return [name]
    if name and name not in SUITES:
        sys.exit(f"SUITE is one of {', '.join(SUITES)}, not {name!r}")
    return [one for one in SUITES if name in ("", one) and (PROJECT / "tests" / one).is_dir()]


def run_suite(suite: str, title: str, folder: Path, given: dict[str, str]) -> Outcome:
    print(f"\n=== {title}", flush=True)
    started = time.monotonic()
    report = folder / f"{title.replace(' ', '-')}.xml"
    keyword = ["-k", os.environ["K"]] if os.environ.get("K") else []
    shown = ("-q", "--durations=8", f"--junitxml={report}")
    # A soak says what it counted, and stands still for minutes without being stuck.
    patient = ("-s", "-o", "faulthandler_timeout=600") if suite in ON_REQUEST else ()
    command = [sys.executable, "-m", "pytest", f"tests/{suite}", *shown, *patient, *keyword]
    code = _run_bounded(command, inner_environment(given))
    outcome = read_report(report)
    if code != 0 and not outcome.count.failed:
        outcome.count.failed = 1  # no tests, a broken conftest, a crash: pytest's other exit codes are failures too
    print(f"=== {title}: {outcome.count}, {time.monotonic() - started:.1f} s", flush=True)
    return outcome


def _run_bounded(command: list[str], environment: dict[str, str]) -> int:
    """In a group of its own, which ends with it: a suite that hangs leaves nothing behind."""
    child = subprocess.Popen(command, cwd=PROJECT, env=environment, stdin=subprocess.DEVNULL, process_group=0)
    try:
        return child.wait(timeout=SUITE_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        print(f"ended after {SUITE_SECONDS_MAX} s", flush=True)
        return -1
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
