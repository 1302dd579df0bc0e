"""`manage prepare`: everything the order service's processes need, made once before they start."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from order_service.recharge.models import Product

# (product_id, coins, price in fen)
_PRODUCTS = [("coins-60", 60, 600), ("coins-600", 600, 6_000), ("coins-3000", 3_000, 30_000)]


class Command(BaseCommand):
    help = "Migrate, create topics, put the products on sale."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=options["verbosity"])
        call_command("create_topics")
        call_command("adopt_log")
        Product.objects.bulk_create(
            [Product(product_id=pid, coins=coins, amount_minor=fen, currency="CNY") for pid, coins, fen in _PRODUCTS],
            ignore_conflicts=True,
        )
