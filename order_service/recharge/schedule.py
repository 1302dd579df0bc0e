"""When the settler looks at an order again, as long as it is not certain that nothing more has to be done for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from django.conf import settings

from flextx.policy import Policy
from order_service.recharge.models import Order

_WITHOUT_END = 1000
_CLOSE_FIRST_SECONDS = 5.0
_ANNOUNCED_TIMES_MAX = 12
_ANNOUNCE_SECONDS_MAX = 6 * 3600.0


def asking() -> Policy:
    """The channel is asked whether the order was paid. The order's expiry ends it, not the number of tries."""
    moments = (0.0, *settings.SETTLE_ASK_AFTER_SECONDS)
    waits = tuple(later - earlier for earlier, later in pairwise(moments))
    return Policy(tries_max=_WITHOUT_END, delays_seconds=waits)


def closing() -> Policy:
    """The channel is asked to close an order that has expired. Only the channel's word ends it."""
    longest = float(settings.SETTLE_CLOSE_SECONDS_MAX)
    return Policy(
        tries_max=_WITHOUT_END, retry_first_seconds=min(_CLOSE_FIRST_SECONDS, longest), retry_seconds_max=longest
    )


def announcing() -> Policy:
    """An order whose coins have not arrived is announced. After the last time a person has to find out why."""
    first = float(settings.REANNOUNCE_SECONDS)
    longest = max(first, _ANNOUNCE_SECONDS_MAX)
    return Policy(tries_max=_ANNOUNCED_TIMES_MAX, retry_first_seconds=first, retry_seconds_max=longest)


def first_look_after() -> timedelta:
    """From when the order was placed."""
    return timedelta(seconds=min(asking().wait_seconds(1), float(settings.ORDER_LIFETIME_SECONDS)))


def plan_next_look(order: Order, now: datetime) -> None:
    """Count the look that is taken at a pending order now, and say when the next one is.

    The plan is the claim: an order whose settler dies is taken up at that time by whoever is alive.
    """
    if now >= order.expires_at:
        order.close_asked_times += 1
        order.settle_due_at = now + timedelta(seconds=closing().wait_seconds(order.close_asked_times))
        return
    order.asked_times += 1
    ask_again_at = now + timedelta(seconds=asking().wait_seconds(order.asked_times + 1))
    order.settle_due_at = min(ask_again_at, order.expires_at)


def announce_again_at(order: Order, now: datetime) -> datetime:
    """If its coins have not arrived by then."""
    return now + timedelta(seconds=announcing().wait_seconds(order.announced_times))


def may_announce_again(order: Order) -> bool:
    return order.announced_times < announcing().tries_max
