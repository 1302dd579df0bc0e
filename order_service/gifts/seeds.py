"""The gifts that a new system has on sale."""

from order_service.gifts.models import GiftProduct

# (gift_product_id, coins)
_GIFT_PRODUCTS = [("rose", 1), ("cake", 10), ("rocket", 500)]


def put_gifts_on_sale() -> None:
    """What is there already stays as it is."""
    GiftProduct.objects.bulk_create(
        [GiftProduct(gift_product_id=product_id, coins=coins) for product_id, coins in _GIFT_PRODUCTS],
        ignore_conflicts=True,
    )
