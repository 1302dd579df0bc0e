"""Row locks, always taken in this order: orders by their number, then an owner's head. Outbox rows come last."""

from collections.abc import Iterable

from flextx.clock import database_now
from flextx.logs import note
from order_service.recharge.errors import OrderNotFound, UnknownOrder
from order_service.recharge.models import Order, OwnerHead


def lock_order(order_no: str) -> Order:
    """Raises UnknownOrder."""
    note(order_no=order_no)
    order = Order.objects.select_for_update().filter(order_no=order_no).first()
    if order is None:
        raise UnknownOrder()
    return order


def lock_orders(order_nos: Iterable[str]) -> dict[str, Order]:
    """All of them, by number. Raises OrderNotFound naming the first that does not exist."""
    wanted = sorted(set(order_nos))
    found = {o.order_no: o for o in Order.objects.select_for_update().filter(order_no__in=wanted).order_by("order_no")}
    for order_no in wanted:
        if order_no not in found:
            raise OrderNotFound(f"order {order_no} does not exist")
    return found


def lock_due_orders(status: Order.Status, *, limit: int) -> list[Order]:
    """Orders of this status that the settler is due to look at, the longest due first; not those that somebody holds.

    Nobody is waited for, so that their order cannot deadlock.
    """
    due = Order.objects.select_for_update(skip_locked=True).filter(status=status, settle_due_at__lte=database_now())
    return list(due.order_by("settle_due_at")[:limit])


def lock_owner_head(owner_id: str) -> OwnerHead:
    """Made when first needed; whoever creates an order for this owner waits here."""
    OwnerHead.objects.bulk_create([OwnerHead(owner_id=owner_id)], ignore_conflicts=True)
    return OwnerHead.objects.select_for_update().get(owner_id=owner_id)
