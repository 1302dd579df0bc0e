"""Where the account service's news arrive: parse, one service call. The `views.py` of the message log."""

from contracts import CoinsCredited
from flextx.inbox.registry import Delivery, handles
from order_service.recharge.models import CreditNotice
from order_service.recharge.services import mark_credited


@handles(CoinsCredited)
def coins_credited(deliveries: list[Delivery[CoinsCredited]]) -> None:
    """The order shows when its coins arrived."""
    mark_credited([_notice(delivery) for delivery in deliveries], order_nos=[d.event.order_no for d in deliveries])


def _notice(delivery: Delivery[CoinsCredited]) -> CreditNotice:
    return CreditNotice(
        event_id=delivery.envelope.event_id,
        announced_at=delivery.envelope.occurred_at,
        consumer=delivery.consumer,
        topic=delivery.record.topic,
        partition=delivery.record.partition,
        offset=delivery.record.offset,
        received_at=delivery.received_at,
        account_side=delivery.event.model_dump(mode="json"),
    )
