"""The settler's work: pending orders whose callback did not come, and completed ones whose coins did not."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

from contracts import OrderCompleted
from flextx.clock import database_now
from flextx.logs import about
from flextx.outages import RETRY_ALL
from flextx.outbox.republish import republish
from flextx.transactions import atomic
from order_service.recharge.asking import settle, word_of_channel
from order_service.recharge.locks import lock_due_orders
from order_service.recharge.models import Order
from order_service.recharge.sandbox import ChannelAnswer
from order_service.recharge.schedule import announce_again_at, may_announce_again, plan_next_look
from order_service.recharge.selectors import settler_due_in_seconds

logger = logging.getLogger(__name__)
# Asked all at once, so that a channel that does not answer holds up a stop for two time-outs at most.
BATCH = 8
# More than a minute's worth of orders, so that a channel that keeps the settler waiting does not hold these up.
ANNOUNCED_AT_ONCE = 100


class PendingOrders:
    """Their channel is asked, outside any transaction. To ask twice changes nothing, so that no claim needs a fence."""

    def __init__(self, *, name: str) -> None:
        self._name = name

    def work_one(self) -> bool:
        """One batch of what is due, if anything is."""
        if not _is_due(self.next_due_seconds()):
            return False
        orders = claim_pending_orders()
        with ThreadPoolExecutor(BATCH, thread_name_prefix="asking") as pool:
            answers = list(pool.map(word_of_channel, orders))
        for order, answer in zip(orders, answers, strict=True):
            self._settle(order, answer)
        return bool(orders)

    def next_due_seconds(self) -> float | None:
        return settler_due_in_seconds(Order.Status.PENDING)

    def _settle(self, order: Order, answer: ChannelAnswer) -> None:
        try:
            with about(order_no=order.order_no):
                settle(order, answer, who=self._name)
        except RETRY_ALL:
            raise
        except Exception:  # of one order; the others are not to wait for it, and its own next look is planned
            logger.exception("order %s could not be settled", order.order_no)


class UncreditedOrders:
    """They are announced again, under the same event id: whoever has it absorbs it, whoever lost it gets it."""

    def work_one(self) -> bool:
        """One batch of what is due, if anything is."""
        return _is_due(self.next_due_seconds()) and announce_again()

    def next_due_seconds(self) -> float | None:
        return settler_due_in_seconds(Order.Status.COMPLETED)


@atomic("recharge.claim_pending_orders")
def claim_pending_orders() -> list[Order]:
    """Those that are due longest, each with its next look planned already."""
    orders = lock_due_orders(Order.Status.PENDING, limit=BATCH)
    now = database_now()
    for order in orders:
        plan_next_look(order, now)
    Order.objects.bulk_update(orders, ["settle_due_at", "asked_times", "close_asked_times"])
    return orders


@atomic("recharge.announce_again")
def announce_again() -> bool:
    """Those that are due longest. What is still unsent, or parked, is announced as soon as that is seen to."""
    orders = lock_due_orders(Order.Status.COMPLETED, limit=ANNOUNCED_AT_ONCE)
    for order in orders:
        if may_announce_again(order):
            order.announced_times += republish(OrderCompleted, keys=[order.order_no])
        logger.warning(
            "the coins of order %s have not arrived; announced %d times",
            order.order_no,
            order.announced_times,
            extra={"order_no": order.order_no},
        )
        order.settle_due_at = announce_again_at(order, database_now())
        order.save(update_fields=["settle_due_at", "announced_times"])
    return bool(orders)


def _is_due(seconds: float | None) -> bool:
    return seconds is not None and seconds <= 0
