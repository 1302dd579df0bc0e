"""Retention knows what the order service still needs: an announcement stays while its coins are awaited."""

from flextx.outbox.models import OutboxMessage
from flextx.outbox.prune import prune_outbox
from order_service.recharge.models import Order
from tests.order_service.news import credit_of, deliver, record_of
from tests.order_service.stories import BUYER, has_paid

OLD = "2000-01-01T00:00:00Z"


def sent_long_ago() -> Order:
    order = BUYER.has_ordered()
    has_paid(order)
    sent = OutboxMessage.objects.filter(key=order.order_no)
    sent.update(state="sent", sent_at=OLD, partition=0, offset=OutboxMessage.objects.count())
    return order


def test_the_announcement_of_an_order_that_waits_for_its_coins_is_kept() -> None:
    """Fault tried: the service registers no keeper."""
    waiting, credited = sent_long_ago(), sent_long_ago()
    deliver(record_of(credit_of(credited)))

    assert prune_outbox(dry_run=False) == 1
    assert [row.key for row in OutboxMessage.objects.all()] == [waiting.order_no]

    deliver(record_of(credit_of(waiting)))
    assert prune_outbox(dry_run=False) == 1 and not OutboxMessage.objects.exists()
