"""`manage prune_messages`: delete what nobody can need any more; run it every so often, such as once an hour."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from flextx.inbox.prune import prune_diverted, prune_inbox
from flextx.outbox.prune import prune_outbox
from flextx.transports.choose import transport


class Command(BaseCommand):
    help = "Delete sent, taken-in and handled messages older than their retention, in portions, beside all workers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many")

    def handle(self, *args: Any, **options: Any) -> None:
        dry_run = options["dry_run"]
        counts = {
            "outbox": prune_outbox(dry_run=dry_run),
            "inbox": prune_inbox(dry_run=dry_run),
            "diverted": prune_diverted(dry_run=dry_run),
            "log": transport().prune(dry_run=dry_run),
        }
        self.stdout.write(json.dumps({"dry_run": dry_run, **counts}))
