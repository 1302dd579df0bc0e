"""An operator has a paid order announced again: the same event, and nothing that was not sent or not paid."""

from __future__ import annotations

from typing import Any

from django.db.models.functions import Now

from flextx.operate.models import OperatorAction
from flextx.outbox.models import OutboxMessage
from order_service.recharge.models import Order
from tests.order_service.stories import BUYER, OPERATOR, SERVICE, call_back, everything, has_paid, payment_of


def announce(order: Order, who: Any, reason: str = "the coins never came") -> Any:
    return who.post(f"/api/v1/orders/{order.order_no}/announce", {"reason": reason})


def test_an_operator_has_a_paid_order_announced_again() -> None:
    """The same event. Fault tried: republish left out."""
    order = BUYER.has_ordered()
    has_paid(order)
    OutboxMessage.objects.update(state="sent", sent_at=Now(), partition=1, offset=7)
    event_id = OutboxMessage.objects.get().event_id

    for who in (OPERATOR, SERVICE):
        OutboxMessage.objects.update(state="sent")
        assert announce(order, who).json()["status"] == "completed"

    row = OutboxMessage.objects.get()
    assert (row.event_id, row.state, row.resent) == (event_id, "pending", 2)
    actions = OperatorAction.objects.order_by("id").values_list("subject", "action", "who", "why")
    subject = f"order-{order.order_no}"
    assert list(actions) == [
        (subject, "announce", "op-1", "the coins never came"),
        (subject, "announce", "account-service", "the coins never came"),
    ]


def test_what_was_not_sent_or_not_paid_is_not_announced_again() -> None:
    pending, unsent = BUYER.has_ordered(), BUYER.has_ordered()
    has_paid(unsent)
    call_back(payment_of(pending, amount_minor=1))
    before = everything()

    announce(pending, OPERATOR).refuses(409, "nothing_to_announce")
    announce(unsent, OPERATOR).refuses(409, "nothing_to_announce")
    announce(unsent, OPERATOR, reason="").refuses(400, "invalid")
    announce(unsent, BUYER).refuses(403, "permission_denied")

    assert everything() == before
