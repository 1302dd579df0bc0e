"""What the ledger does for others. Each runs in the inbox transaction of what it answers."""

from __future__ import annotations

from collections.abc import Sequence

from account_service.ledger.accounts import issuer, user
from account_service.ledger.events import coins_credited
from account_service.ledger.requests import TransferRequest
from account_service.ledger.transfers import post_transfers
from contracts import HoldRefund, OrderCompleted, TakeRefund
from flextx.clock import database_now
from flextx.inbox.registry import Delivery
from flextx.outbox.publish import Publication, publish_all


def credit_buyers(deliveries: Sequence[Delivery[OrderCompleted]]) -> None:
    """Credit the coins of completed orders and tell that they arrived. An order credited before changes nothing."""
    requests = [recharge_transfer(delivery.event) for delivery in deliveries]
    posted = {transfer.transfer_id: transfer for transfer in post_transfers(requests)}
    credited_at = database_now()
    publications = []
    for delivery, request in zip(deliveries, requests, strict=True):
        transfer = posted.pop(request.transfer_id, None)  # None: posted before, and told of then
        if transfer is not None:
            event = coins_credited(delivery, transfer, credited_at=credited_at)
            # The aggregate is the recharge's transfer, of which there is one and one thing to tell.
            publications.append(Publication(event, event.order_no, 1, delivery.envelope.cause))
    publish_all(publications)


def recharge_transfer(order: OrderCompleted | HoldRefund | TakeRefund) -> TransferRequest:
    """Issuer to buyer: all the coins of an order."""
    return TransferRequest("recharge", order.order_no, order.coins, debit=issuer(), credit=user(order.owner_id))
