"""The settler as the stories meet it: time passes, and it looks."""

from datetime import timedelta

from django.db.models import F

from flextx.testing.answers import LONG_AGO
from order_service.recharge import metrics
from order_service.recharge.models import Order, OrderMove
from order_service.recharge.settling import PendingOrders, UncreditedOrders

NAME = "order-settler-1"
ASKED = "no callback came, so the channel was asked"
CLOSED = "the channel says that it is closed"


def time_comes(*orders: Order) -> None:
    """The next look at these orders is due."""
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(settle_due_at=LONG_AGO)


def settler_looks(*orders: Order) -> None:
    """Their time has come, and the settler takes them up; nobody else's has."""
    time_comes(*orders)
    works_off(PendingOrders(name=NAME))
    for order in orders:
        order.refresh_from_db()


def works_off(settler: PendingOrders) -> None:
    """All that is due now."""
    while settler.work_one():
        pass


def announcer_looks(order: Order) -> None:
    time_comes(order)
    assert UncreditedOrders().work_one()
    order.refresh_from_db()


def expires(*orders: Order) -> None:
    """A day has passed since they were placed."""
    day = timedelta(days=1)
    chosen = Order.objects.filter(pk__in=[order.pk for order in orders])
    chosen.update(created_at=F("created_at") - day, expires_at=F("expires_at") - day)


def audit(order: Order) -> list[tuple[str, str, str, str]]:
    rows = OrderMove.objects.filter(order=order).order_by("pk")
    return list(rows.values_list("from_status", "to_status", "who", "why"))


def figures() -> dict[tuple[str, ...], float]:
    """What monitoring reads of orders, by name and label."""
    return {(one.name, *one.labels.values()): one.value for figure in metrics.orders() for one in figure.samples}
