"""`manage flextx ...`: what operators and testers ask of the toolkit."""

import json
from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from flextx import crash_points
from flextx.errors import Refusal
from flextx.transports.choose import transport
from flextx.transports.protocol import Record

# Importing a module registers its points; a service's own are registered with its views and handlers.
_WITH_CRASH_POINTS = {
    "flextx.outbox": "flextx.outbox.relay",
    "flextx.inbox": "flextx.inbox.consumer",
    "flextx.participant": "flextx.participant.answering",
    "flextx.saga": "flextx.saga.due",
    "flextx.recovery": "flextx.recovery.due",
}
# Words that a part of the toolkit adds where it is installed.
_COMMAND_LINES = {
    "flextx.operate": ("parked",),
    "flextx.saga": ("run", "runs"),
    "flextx.inbox": ("replay",),
    "flextx.outbox": ("republish",),
}
_AUDITED_BY = {"flextx.inbox": "flextx.operate", "flextx.outbox": "flextx.operate"}


class Command(BaseCommand):
    help = "What operators and testers ask of the toolkit; see `manage flextx <word> --help`."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        what.add_parser("crashpoints", help="the points where FLEXTX_CRASH can let a process die")
        record = what.add_parser("record", help="what the message log holds at one offset, as one JSON object")
        record.add_argument("--topic", required=True)
        record.add_argument("--partition", type=int, required=True)
        record.add_argument("--offset", type=int, required=True)
        for app in _COMMAND_LINES:
            if apps.is_installed(app) and apps.is_installed(_AUDITED_BY.get(app, app)):
                import_module(f"{app}.command_line").add_arguments(what)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "record":
            self._print_record(options["topic"], options["partition"], options["offset"])
        elif options["what"] == "crashpoints":
            self._print_crash_points()
        else:
            self._print_answer(options)

    def _print_crash_points(self) -> None:
        modules = [module for app, module in _WITH_CRASH_POINTS.items() if apps.is_installed(app)]
        for module in (*modules, settings.ROOT_URLCONF):
            import_module(module)
        for name, meaning in crash_points.registered().items():
            self.stdout.write(f"{name}\t{meaning}")

    def _print_answer(self, options: dict[str, Any]) -> None:
        (app,) = [app for app, words in _COMMAND_LINES.items() if options["what"] in words]
        try:
            for each in import_module(f"{app}.command_line").answer(options):
                self.stdout.write(json.dumps(each))
        except Refusal as refusal:
            raise CommandError(f"{refusal.code}: {refusal.detail}") from refusal

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
