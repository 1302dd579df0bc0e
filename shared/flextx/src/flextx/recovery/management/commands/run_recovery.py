"""`manage run_recovery`: run one recovery worker; several may run."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from flextx.recovery.worker import RecoveryWorker
from flextx.signals import stop_on_signals
from flextx.workers.arguments import add_name


class Command(BaseCommand):
    help = "Take up due jobs, overdue steps and stuck runs until SIGTERM. Several workers share them."

    def add_arguments(self, parser: CommandParser) -> None:
        add_name(parser, "recovery", unique="among living recovery workers")
        parser.add_argument("--once", action="store_true", help="stop when nothing is due")

    def handle(self, *args: Any, **options: Any) -> None:
        RecoveryWorker(name=options["name"]).run(stop_on_signals(), once=options["once"])
