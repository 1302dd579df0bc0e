"""`manage flextx ...`: what operators and testers ask of the toolkit."""

import json
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from flextx import crash_points
from flextx.transports.choose import transport
from flextx.transports.protocol import Record

# Importing a module registers its points; a service's own are registered with its views and handlers.
_WITH_CRASH_POINTS = ("flextx.outbox.relay", "flextx.inbox.consumer", settings.ROOT_URLCONF)


class Command(BaseCommand):
    help = "crashpoints: list where FLEXTX_CRASH can let a process die. record: read one record of the message log."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        what.add_parser("crashpoints", help="the points where FLEXTX_CRASH can let a process die")
        record = what.add_parser("record", help="what the message log holds at one offset, as one JSON object")
        record.add_argument("--topic", required=True)
        record.add_argument("--partition", type=int, required=True)
        record.add_argument("--offset", type=int, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "record":
            self._print_record(options["topic"], options["partition"], options["offset"])
        else:
            for module in _WITH_CRASH_POINTS:
                import_module(module)
            for name, meaning in crash_points.registered().items():
                self.stdout.write(f"{name}\t{meaning}")

    def _print_record(self, topic: str, partition: int, offset: int) -> None:
        log = transport()
        record = log.record_at(topic, partition, offset)
        if record is None:
            raise CommandError(f"{log.log_id()} holds no record at {topic}/{partition}/{offset}")
        self.stdout.write(json.dumps({"log": log.log_id(), **_readable(record)}))


def _readable(record: Record) -> dict[str, Any]:
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "key": record.key,
        "headers": {name: value.decode(errors="replace") for name, value in record.headers},
        "body": record.body.decode(errors="replace"),
    }
