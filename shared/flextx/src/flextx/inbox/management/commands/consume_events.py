"""`manage consume_events`: run one consumer; several may run."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from flextx.errors import LogChanged, OffsetOutOfRange
from flextx.inbox.consumer import EventConsumer
from flextx.signals import stop_on_signals
from flextx.transports.choose import transport
from flextx.workers.arguments import add_name


class Command(BaseCommand):
    help = "Handle events from the message log until SIGTERM. Several consumers share the partitions between them."

    def add_arguments(self, parser: CommandParser) -> None:
        add_name(parser, "consumer", unique="among living consumers; a restart under the same name resumes at once")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = stop_on_signals()
        try:
            EventConsumer(name=options["name"], transport=transport()).run(stop)
        except (LogChanged, OffsetOutOfRange) as lost:
            raise CommandError(str(lost)) from lost
