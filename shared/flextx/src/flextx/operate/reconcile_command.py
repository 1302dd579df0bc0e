"""The base of a service's `manage reconcile`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from flextx.conf import flextx_settings
from flextx.operate.repairing import Repairs, compare_until_settled, repair
from flextx.reconciliation import Findings


class ReconcileCommand(BaseCommand):
    """Prints one JSON object or lines; exit 1 when there is a difference, with --repair when one is left."""

    help = "Compare this service's books; --repair lets the services do again what repairs a difference safely."
    reconcile: Callable[[], Findings]
    """Set by the subclass as a staticmethod."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument("--repair", action="store_true", help="repair what is safe, then compare again")
        parser.add_argument("--wait-seconds", type=float, default=30.0, help="how long a repair's messages may travel")

    def handle(self, *args: Any, **options: Any) -> None:
        findings, repairs = self.reconcile(), None
        if options["repair"]:
            repairs = repair(findings.differences)
            if repairs.done:
                findings = compare_until_settled(self.reconcile, repairs, seconds=options["wait_seconds"])
        if options["format"] == "json":
            self.stdout.write(json.dumps(findings.as_json() | (repairs.as_json() if repairs else {})))
        else:
            self._write_lines(findings, repairs or Repairs())
        if findings.differences:
            raise SystemExit(1)

    def _write_lines(self, findings: Findings, repairs: Repairs) -> None:
        for one, what in repairs.done:
            self.stdout.write(f"repaired {one.name} {one.id}: {what}")
        for one, why in repairs.left:
            self.stdout.write(f"left {one.name} {one.id}: {why}")
        for each in findings.differences:
            self.stdout.write(f"{each.name} {each.id}: {each.detail}")
        self.stdout.write(
            f"{flextx_settings().source}: {findings.checked} checked, {findings.in_flight} in flight,"
            f" {len(findings.differences)} differences"
        )
