"""`manage create_topics`: make the topics of settings.FLEXTX['TOPICS'], before any process uses them."""

from typing import Any

from django.core.management.base import BaseCommand

from flextx.transports.choose import transport


class Command(BaseCommand):
    help = "Create the message log's topics that do not exist yet."

    def handle(self, *args: Any, **options: Any) -> None:
        transport().create_topics()
