"""`manage relay_outbox`: run one relay; several may run."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from flextx.metrics.log_ends import watch_log
from flextx.outbox.relay import Relay
from flextx.signals import stop_on_signals
from flextx.transports.choose import transport
from flextx.workers.arguments import add_name


class Command(BaseCommand):
    help = "Send outbox rows to the message log until SIGTERM. Several relays share the keys between them."

    def add_arguments(self, parser: CommandParser) -> None:
        add_name(parser, "relay", unique="among living relays; a restart under the same name resumes at once")
        parser.add_argument("--database", default="default", help="the alias that publish(using=...) names")
        parser.add_argument("--once", action="store_true", help="stop when nothing is due")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = stop_on_signals()
        if not options["once"]:
            watch_log(transport(), stop)
        relay = Relay(name=options["name"], transport=transport(), using=options["database"])
        relay.run(stop, once=options["once"])
