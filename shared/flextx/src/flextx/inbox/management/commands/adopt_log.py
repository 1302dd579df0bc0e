"""`manage adopt_log`: make the configured message log this service's; refused while the old one is unread."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from flextx.errors import LogChanged
from flextx.inbox.changeover import adopt_log


class Command(BaseCommand):
    help = "After a change of TRANSPORT: change over to the new log, if everything in the old one was read."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = adopt_log()
        except LogChanged as refused:
            raise CommandError(str(refused)) from refused
        if done:
            self.stdout.write(done)
