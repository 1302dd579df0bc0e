"""`make reconcile`: every service compares its own books; this adds up what they say."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stack import supervisor
from stack.environments import inherited_environment
from stack.errors import Failure, Refusal
from stack.layout import Layout, System
from stack.options import PROJECT, Options
from stack.processes import Process, reconcile_commands
from stack.tokens import mint

RECONCILE_SECONDS_MAX = 600


def reconcile(options: Options) -> int:
    layout = Layout(options.run_dir)
    if not supervisor.is_running(layout):
        raise Refusal(f"nothing is running in {layout.run_dir}; start it with: make up")
    system = System.started(layout)
    with _service_token(system) as token_file:
        commands = reconcile_commands(system, token_file=str(token_file))
        reports = [_report(command) for command in commands.values()]
    differences = [one for report in reports for one in report["differences"]]
    checked = sum(report["checked"] for report in reports)
    if options.output_format == "json":
        total = {"checked": checked, "in_flight": sum(report["in_flight"] for report in reports)}
        print(json.dumps({**total, "differences": differences}))
    else:
        _print_lines(reports, differences, checked)
    return 1 if differences else 0


def _print_lines(reports: list[Any], differences: list[Any], checked: int) -> None:
    for report in reports:
        print(f"{report['service']}: {report['checked']} checked, {report['in_flight']} in flight")
    for one in differences:
        print(f"difference {one['class']} {one['id']}: {one.get('detail', '')}")
    print(f"reconcile: {checked} checked, {len(differences)} differences")


def _report(command: Process) -> Any:
    environment = inherited_environment() | dict(command.environment)
    done = subprocess.run(
        command.command,
        env=environment,
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=RECONCILE_SECONDS_MAX,
    )
    try:
        report = json.loads(done.stdout)
        if done.returncode == (1 if report["differences"] else 0):
            return report
    except (ValueError, KeyError, TypeError):
        pass  # said below, with the command's own words
    raise Failure(f"{command.name} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")


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
