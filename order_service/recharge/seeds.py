"""What a new system has on sale."""

from order_service.recharge.models import Product

# (product_id, coins, price in fen)
_PRODUCTS = [("coins-60", 60, 600), ("coins-600", 600, 6_000), ("coins-3000", 3_000, 30_000)]


def put_products_on_sale() -> None:
    """What is there already stays as it is."""
    Product.objects.bulk_create(
        [Product(product_id=pid, coins=coins, amount_minor=fen, currency="CNY") for pid, coins, fen in _PRODUCTS],
        ignore_conflicts=True,
    )
