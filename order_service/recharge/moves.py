"""The moves an order can make, and no others. A move is a compare-and-set and an audit row, in one call."""

from collections.abc import Sequence
from datetime import datetime

from order_service.recharge.errors import MoveRefused
from order_service.recharge.models import Order, OrderMove

ALLOWED: dict[str, tuple[str, ...]] = {
    "pending": ("completed", "closed"),
    "completed": ("credited",),
    "closed": ("refund_due",),
    "refund_due": ("refunding",),
    "credited": ("refunding",),
    "refunding": ("refunded", "credited"),
    "refunded": (),
}


def move(order: Order, to: str, *, who: str, why: str, **times: datetime) -> None:
    """Move one locked order; `times` are set with it, such as completed_at. Raises MoveRefused, nothing changed."""
    move_all([order], to, who=who, why=why, **times)


def move_all(orders: Sequence[Order], to: str, *, who: str, why: str, **times: datetime) -> None:
    """Move locked orders of one status together, with two statements. Raises MoveRefused, nothing changed."""
    if not orders:
        return
    before = orders[0].status
    if to not in ALLOWED[before]:
        raise MoveRefused(f"an order cannot go from {before} to {to}")
    moved = Order.objects.filter(pk__in=[order.pk for order in orders], status=before).update(status=to, **times)
    if moved != len(orders):
        raise MoveRefused(f"{len(orders) - moved} orders are not {before} any more")
    OrderMove.objects.bulk_create(
        OrderMove(order=order, from_status=before, to_status=to, who=who, why=why) for order in orders
    )
    for order in orders:
        order.status = to
        for name, value in times.items():
            setattr(order, name, value)
