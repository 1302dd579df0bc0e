"""Reading orders. Somebody else's order is not found, exactly like one that does not exist."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Min

from flextx.clock import database_now
from flextx.http.auth import Caller
from order_service.recharge.errors import OrderNotFound
from order_service.recharge.models import Incident, Order, Product


def products_on_sale() -> list[Product]:
    return list(Product.objects.filter(on_sale=True).order_by("amount_minor", "product_id"))


def order_for(caller: Caller, order_no: str) -> Order:
    """Raises OrderNotFound."""
    order = Order.objects.prefetch_related("payments", "refunds").filter(order_no=order_no).first()
    if order is None or not caller.may_see(order.owner_id):
        raise OrderNotFound()
    return order


def own_orders(owner_id: str, *, before: int | None, limit: int, status: str | None) -> tuple[list[Order], int | None]:
    """Newest first, and the cursor of the next page: the owner's own order counter, given out under a lock."""
    orders = Order.objects.prefetch_related("payments", "refunds").filter(owner_id=owner_id).order_by("-owner_seq")
    if before is not None:
        orders = orders.filter(owner_seq__lt=before)
    if status is not None:
        orders = orders.filter(status=status)
    page, more = _page(list(orders[: limit + 1]), limit)
    return page, page[-1].owner_seq if more else None


def all_orders(
    *, before: int | None, limit: int, status: str | None, completed_before: datetime | None
) -> tuple[list[Order], int | None]:
    """Newest first. An order created while somebody pages can be missed by that paging: use `completed_before`."""
    orders = Order.objects.prefetch_related("payments", "refunds").order_by("-id")
    if before is not None:
        orders = orders.filter(id__lt=before)
    if status is not None:
        orders = orders.filter(status=status)
    if completed_before is not None:
        orders = orders.filter(completed_at__lt=completed_before)
    page, more = _page(list(orders[: limit + 1]), limit)
    return page, page[-1].pk if more else None


def incidents(
    *, before: int | None, limit: int, order_no: str | None, is_open: bool | None
) -> tuple[list[Incident], int | None]:
    """Newest first."""
    rows = Incident.objects.order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    if order_no is not None:
        rows = rows.filter(order_no=order_no)
    if is_open is not None:
        rows = rows.filter(resolved_at__isnull=is_open)
    found = list(rows[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def settler_due_in_seconds(status: Order.Status) -> float | None:
    """Until the settler looks at an order of this status; not positive: now. None: there is no such order."""
    due_at = Order.objects.filter(status=status).aggregate(at=Min("settle_due_at"))["at"]
    return None if due_at is None else float((due_at - database_now()).total_seconds())


def _page(found: Sequence[Order], limit: int) -> tuple[list[Order], bool]:
    return list(found[:limit]), len(found) > limit


def waiting_for_coins(order_nos: Collection[str]) -> set[str]:
    """Which of these are paid and not credited yet: their announcement is still shown and may go out again."""
    rows = Order.objects.filter(order_no__in=order_nos, status="completed")
    return set(rows.values_list("order_no", flat=True))
