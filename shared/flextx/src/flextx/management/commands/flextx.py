"""`manage flextx ...`: what operators and testers ask of the toolkit."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from flextx import crash_points


class Command(BaseCommand):
    help = "crashpoints: list the points where FLEXTX_CRASH can let a process die."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["crashpoints"])

    def handle(self, *args: Any, **options: Any) -> None:
        for name, meaning in crash_points.registered().items():
            self.stdout.write(f"{name}\t{meaning}")
