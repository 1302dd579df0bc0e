"""What the account service tells, made from its rows and from what it received."""

from datetime import datetime

from account_service.ledger.models import Transfer
from contracts import CoinsCredited, OrderCompleted
from flextx.inbox.registry import Delivery


def coins_credited(delivery: Delivery[OrderCompleted], transfer: Transfer, *, credited_at: datetime) -> CoinsCredited:
    """Carries this service's hops, so that the order service can answer for both."""
    return CoinsCredited(
        order_no=delivery.event.order_no,
        owner_id=delivery.event.owner_id,
        asset=transfer.asset,
        coins=transfer.amount,
        transfer_ids=(transfer.transfer_id,),
        consumer=delivery.consumer,
        cause_event_id=delivery.envelope.event_id,
        cause_topic=delivery.record.topic,
        cause_partition=delivery.record.partition,
        cause_offset=delivery.record.offset,
        received_at=delivery.received_at,
        credited_at=credited_at,
    )
