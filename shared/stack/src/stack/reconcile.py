"""`make reconcile`: every service compares its own books; this adds up what they say.

With REPAIR=1 each lets its own services do again what repairs a difference safely, and then all is compared anew.
"""

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
    system = System.started(layout)
    found = repaired = reports(system, repair=options.repair)
    if any(report.get("repaired") for report in found):
        found = reports(system)  # what one service repaired, the other may have been asked about before
    if options.output_format == "json":
        _print_json(found, repaired if options.repair else [])
    else:
        _print_repairs(repaired)
        print_reports(found)
    return 1 if differences_of(found) else 0


def reports(system: System, *, repair: bool = False) -> list[Any]:
    """What each service found in its own books."""
    with _service_token(system) as token_file:
        commands = reconcile_commands(system, token_file=str(token_file), repair=repair)
        return [_report(command) for command in commands.values()]


def differences_of(found: list[Any]) -> list[Any]:
    return [one for report in found for one in report["differences"]]


def print_reports(found: list[Any]) -> None:
    for report in found:
        print(f"{report['service']}: {report['checked']} checked, {report['in_flight']} in flight")
    for one in differences_of(found):
        print(f"difference {one['class']} {one['id']}: {one.get('detail', '')}")
        print(f"  what to do: {one.get('what_to_do', '')}")
    checked = sum(report["checked"] for report in found)
    print(f"reconcile: {checked} checked, {len(differences_of(found))} differences")


def _print_json(found: list[Any], repaired: list[Any]) -> None:
    total = {name: sum(report[name] for report in found) for name in ("checked", "in_flight")}
    repairs = {name: [one for report in repaired for one in report[name]] for name in ("repaired", "left") if repaired}
    print(json.dumps({**total, **repairs, "differences": differences_of(found)}))


def _print_repairs(repaired: list[Any]) -> None:
    for report in repaired:
        for one in report.get("repaired", ()):
            print(f"repaired {one['class']} {one['id']}: {one['done']}")
        for one in report.get("left", ()):
            print(f"left {one['class']} {one['id']}: {one['why']}")


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
