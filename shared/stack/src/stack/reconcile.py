"""`make reconcile`: every service compares its own books; this adds up what they say."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stack import supervisor
from stack.answers import answer_of
from stack.errors import Failure, Refusal
from stack.layout import Layout, System
from stack.options import Options
from stack.processes import Process, reconcile_commands
from stack.tokens import mint

RECONCILE_SECONDS_MAX = 600


def reconcile(options: Options) -> int:
    layout = Layout(options.run_dir)
    if not supervisor.is_running(layout):
        raise Refusal(f"nothing is running in {layout.run_dir}; start it with: make up")
    found = reports(System.started(layout))
    differences = differences_of(found)
    if options.output_format == "json":
        total = {name: sum(report[name] for report in found) for name in ("checked", "in_flight")}
        print(json.dumps({**total, "differences": differences}))
    else:
        print_reports(found)
    return 1 if differences else 0


def reports(system: System) -> list[Any]:
    """What each service found in its own books."""
    with _service_token(system) as token_file:
        commands = reconcile_commands(system, token_file=str(token_file))
        return [_report(command) for command in commands.values()]


def differences_of(found: list[Any]) -> list[Any]:
    return [one for report in found for one in report["differences"]]


def print_reports(found: list[Any]) -> None:
    for report in found:
        print(f"{report['service']}: {report['checked']} checked, {report['in_flight']} in flight")
    for one in differences_of(found):
        print(f"difference {one['class']} {one['id']}: {one.get('detail', '')}")
    checked = sum(report["checked"] for report in found)
    print(f"reconcile: {checked} checked, {len(differences_of(found))} differences")


def _report(command: Process) -> Any:
    code, report = answer_of(command, seconds_max=RECONCILE_SECONDS_MAX)
    if code != (1 if report["differences"] else 0):
        raise Failure(f"{command.name} ended with {code}, though it named {len(report['differences'])} differences")
    return report


@contextmanager
def _service_token(system: System) -> Iterator[Path]:
    """In a file, as services take secrets, and only for as long as this takes."""
    path = system.layout.secrets / f"reconcile-token-{os.getpid()}"
    path.touch(mode=0o600)
    path.write_text(mint(system.layout.secrets, subject="reconcile", scope="service"))
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
