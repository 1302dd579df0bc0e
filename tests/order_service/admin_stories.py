"""What there is to see at `/admin/`, and who looks."""

from collections.abc import Iterator

from order_service.config.admin import site
from order_service.recharge.models import Order
from tests.order_service.stories import BUYER, call_back, has_paid, payment_of


def pages() -> Iterator[str]:
    for model in site._registry:
        yield f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


def stored_things() -> Order:
    """Something of most kinds."""
    order = BUYER.has_ordered()
    has_paid(order)
    call_back(payment_of(order, amount_minor=1))
    return order
