"""`manage flextx ...`: what operators and testers ask of the toolkit."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from flextx import crash_points

# Importing a module registers its points; a service's own are registered with its views and handlers.
_WITH_CRASH_POINTS = ("flextx.outbox.relay", "flextx.inbox.consumer", settings.ROOT_URLCONF)


class Command(BaseCommand):
    help = "crashpoints: list the points where FLEXTX_CRASH can let a process die."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["crashpoints"])

    def handle(self, *args: Any, **options: Any) -> None:
        for module in _WITH_CRASH_POINTS:
            import_module(module)
        for name, meaning in crash_points.registered().items():
            self.stdout.write(f"{name}\t{meaning}")
