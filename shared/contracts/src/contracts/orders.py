"""What the order service tells."""

from typing import ClassVar

from contracts.fields import Amount, Currency, Id, Moment
from contracts.topics import ORDER_EVENTS
from flextx.event import Event


class OrderCompleted(Event):
    """A recharge order was paid; its owner is to get `coins` (whole coins). Key: order_no.

    `amount_minor`: what was paid, in the currency's minor unit; for information, the coins were fixed with the order.
    """

    topic: ClassVar = ORDER_EVENTS
    event_type: ClassVar = "OrderCompleted"
    event_version: ClassVar = 1

    order_no: Id
    owner_id: Id
    product_id: Id
    coins: Amount
    amount_minor: Amount
    currency: Currency
    channel: Id
    trade_no: Id
    completed_at: Moment
