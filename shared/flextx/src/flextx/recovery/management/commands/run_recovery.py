"""`manage run_recovery`: run one recovery worker; several may run."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from flextx.recovery.worker import RecoveryWorker
from flextx.signals import stop_on_signals


class Command(BaseCommand):
    help = "Take up due jobs, overdue steps and stuck runs until SIGTERM. Several workers share them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--name",
            default=os.environ.get("PROCESS_NAME") or f"recovery-{os.getpid()}",
            help="unique among living recovery workers",
        )
        parser.add_argument("--once", action="store_true", help="stop when nothing is due")

    def handle(self, *args: Any, **options: Any) -> None:
        RecoveryWorker(name=options["name"]).run(stop_on_signals(), once=options["once"])
