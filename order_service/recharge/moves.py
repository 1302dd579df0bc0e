"""The moves of an order and of its payments, and no others. An order's move also writes its audit row."""

from collections.abc import Sequence
from datetime import datetime

from order_service.recharge.errors import MoveRefused
from order_service.recharge.models import Order, OrderMove, Payment

ALLOWED: dict[str, tuple[str, ...]] = {
    "pending": ("completed", "closed"),
    "completed": ("credited",),
    "closed": ("refund_due",),
    "refund_due": ("refunding",),
    "credited": ("refunding",),
    "refunding": ("refunded", "credited"),
    "refunded": (),
}
PAYMENTS_ALLOWED: dict[str, tuple[str, ...]] = {
    "accepted": ("refunding",),
    "to_refund": ("refunding",),
    "refunding": ("refunded", "accepted"),
    "refunded": (),
}


def move(order: Order, to: str, *, who: str, why: str, **fields: datetime | int) -> None:
    """Move one locked order; `fields` are set with it, such as completed_at. Raises MoveRefused, nothing changed."""
    move_all([order], to, who=who, why=why, **fields)


def move_all(orders: Sequence[Order], to: str, *, who: str, why: str, **fields: datetime | int) -> None:
    """Move locked orders of one status together, with two statements. Raises MoveRefused, nothing changed."""
    if not orders:
        return
    before = orders[0].status
    if to not in ALLOWED[before]:
        raise MoveRefused(f"an order cannot go from {before} to {to}")
    moved = Order.objects.filter(pk__in=[order.pk for order in orders], status=before).update(status=to, **fields)
    if moved != len(orders):
        raise MoveRefused(f"{len(orders) - moved} orders are not {before} any more")
    OrderMove.objects.bulk_create(
        OrderMove(order=order, from_status=before, to_status=to, who=who, why=why) for order in orders
    )
    for order in orders:
        order.status = to
        for name, value in fields.items():
            setattr(order, name, value)


def move_payment(payment: Payment, to: str) -> None:
    """Move one payment, under its order's lock. Raises MoveRefused, nothing changed."""
    before = payment.state
    if to not in PAYMENTS_ALLOWED[before]:
        raise MoveRefused(f"a payment cannot go from {before} to {to}")
    if Payment.objects.filter(pk=payment.pk, state=before).update(state=to) != 1:
        raise MoveRefused(f"the payment is not {before} any more")
    payment.state = to
