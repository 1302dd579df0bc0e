"""The channel says an order was paid: it is completed once and announced once; any other money is kept to go back."""

import json
from datetime import UTC, datetime

from flextx.outbox.models import OutboxMessage
from order_service.recharge.models import Order, OrderMove, Payment
from order_service.recharge.moves import move
from tests.order_service.stories import BUYER, STRANGER, call_back, everything, has_paid, payment_of

PAID_AT = datetime(2026, 11, 21, 8, tzinfo=UTC)


def test_a_paid_order_is_completed_and_announced_exactly_once() -> None:
    """Fault tried: `publish` left out of complete_order; `move` left out; the sequence not counted on."""
    order = BUYER.has_ordered("coins-600")

    payment = has_paid(order)

    assert order.status == "completed"
    assert order.completed_at is not None and order.created_at < order.completed_at < order.expires_at
    (row,) = Payment.objects.all()
    assert (row.channel, row.trade_no, row.notify_id) == ("sandbox", payment["trade_no"], payment["notify_id"])
    assert (row.order, row.accepted_for, row.state) == (order, order, "accepted")
    assert (row.amount_minor, row.currency, row.paid_at) == (6000, "CNY", PAID_AT)
    told = BUYER.get(f"/api/v1/orders/{order.order_no}").json()
    assert (told["status"], told["payments"]) == (
        "completed",
        [{"trade_no": payment["trade_no"], "state": "accepted"}],
    )
    (message,) = OutboxMessage.objects.all()
    assert (message.topic, message.key, message.sequence) == ("order.events", order.order_no, 1)
    assert (message.event_type, message.event_version, message.source) == ("OrderCompleted", 1, "order-service")
    assert (message.state, message.event_id.version, message.causation_id) == ("pending", 7, None)
    assert json.loads(bytes(message.body)) == {
        "order_no": order.order_no,
        "owner_id": "u-1",
        "product_id": "coins-600",
        "coins": 600,
        "amount_minor": 6000,
        "currency": "CNY",
        "channel": "sandbox",
        "trade_no": payment["trade_no"],
        "completed_at": order.completed_at.isoformat().replace("+00:00", "Z"),
    }


def test_a_move_says_who_when_and_why() -> None:
    """Fault tried: the audit row left out of move_all."""
    order = BUYER.has_ordered()

    payment = has_paid(order)

    (row,) = OrderMove.objects.all()
    assert (row.order, row.from_status, row.to_status) == (order, "pending", "completed")
    assert (row.who, row.why) == ("channel sandbox", f"callback {payment['notify_id']}")
    assert order.created_at < row.at


def test_a_repeated_callback_changes_nothing() -> None:
    """Fault tried: `if accepted is None: return order` taken out of complete_order."""
    payment = has_paid(BUYER.has_ordered())
    before = everything()

    assert call_back(payment).json() == {"code": "SUCCESS"}
    assert call_back(payment | {"notify_id": "another"}).json() == {"code": "SUCCESS"}
    assert call_back(payment | {"paid_at": "2026-11-21T09:00:00Z"}).json() == {"code": "SUCCESS"}
    assert everything() == before


def test_a_second_trade_of_a_paid_order_is_kept_to_be_refunded() -> None:
    """Fault tried: `accepted = True` in accept_payment; a completed order returned before its payment is recorded."""
    order = BUYER.has_ordered()
    first = has_paid(order)
    before = everything()

    second = payment_of(order)
    assert call_back(second).json() == {"code": "SUCCESS"}
    assert call_back(second).json() == {"code": "SUCCESS"}

    assert states_of(order) == {first["trade_no"]: "accepted", second["trade_no"]: "to_refund"}
    after = everything()
    new = {name: len(after[name]) - len(before[name]) for name in after if after[name] != before[name]}
    assert new == {"Payment": 1, "Refund": 1, "Run": 1, "StepSide": 1}  # a run of its own takes it back


def test_money_for_a_closed_order_is_due_back() -> None:
    """Fault tried: the branch for closed orders left out of complete_order."""
    order = BUYER.has_ordered()
    move(order, "closed", who="test", why="expired", closed_at=order.created_at)

    payment = has_paid(order)

    assert (order.status, order.completed_at, order.closed_at) == ("refund_due", None, order.created_at)
    assert states_of(order) == {payment["trade_no"]: "to_refund"}
    assert OutboxMessage.objects.count() == 0
    row = OrderMove.objects.get(to_status="refund_due")
    assert (row.from_status, row.who, row.why) == ("closed", "channel sandbox", "paid after it was closed")
    told = BUYER.get(f"/api/v1/orders/{order.order_no}").json()
    assert told["payments"] == [{"trade_no": payment["trade_no"], "state": "to_refund"}]


def test_a_second_trade_of_a_closed_order_is_kept_too() -> None:
    """Fault tried: `move(order, "refund_due")` for any order that is not pending."""
    order = BUYER.has_ordered()
    move(order, "closed", who="test", why="expired", closed_at=order.created_at)
    first = has_paid(order)

    second = has_paid(order)

    assert order.status == "refund_due"
    assert states_of(order) == {first["trade_no"]: "to_refund", second["trade_no"]: "to_refund"}
    assert OrderMove.objects.filter(to_status="refund_due").count() == 1


def test_each_order_has_its_own_announcement() -> None:
    orders = [BUYER.has_ordered(), STRANGER.has_ordered(), BUYER.has_ordered("coins-3000")]

    for order in orders:
        has_paid(order)

    told = [json.loads(bytes(row.body)) for row in OutboxMessage.objects.order_by("id")]
    assert [(one["order_no"], one["owner_id"], one["coins"]) for one in told] == [
        (order.order_no, order.owner_id, order.coins) for order in orders
    ]


def states_of(order: Order) -> dict[str, str]:
    return dict(order.payments.values_list("trade_no", "state"))
