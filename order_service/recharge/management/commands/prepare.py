"""`manage prepare`: everything the order service's processes need, made once before they start."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from order_service.gifts.seeds import put_gifts_on_sale
from order_service.recharge.seeds import put_products_on_sale
from order_service.rooms.seeds import open_rooms


class Command(BaseCommand):
    help = "Migrate, create topics, put products and gifts on sale, open the rooms."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=options["verbosity"])
        call_command("create_topics")
        call_command("adopt_log")
        put_products_on_sale()
        open_rooms()
        put_gifts_on_sale()
