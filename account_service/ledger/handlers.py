"""Where the order service's news arrive: parse, one service call. The `views.py` of the message log."""

from account_service.ledger.services import credit_buyers
from contracts import OrderCompleted
from flextx.inbox.registry import Delivery, handles


@handles(OrderCompleted)
def order_completed(deliveries: list[Delivery[OrderCompleted]]) -> None:
    """Runs inside the inbox transaction: 'seen' and 'credited' commit together or not at all."""
    credit_buyers(deliveries)
