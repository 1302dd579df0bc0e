"""Payer and merchant at the same moment."""

import threading
from collections.abc import Callable
from typing import Any

from channel import Channel
from django.db import connections

from sandbox_channel.errors import OrderClosed, OrderPaid
from sandbox_channel.misbehaviour import Misbehaviour
from sandbox_channel.models import Prepay, Trade
from sandbox_channel.services import close_order, pay_order


def test_payer_and_merchant_race_and_exactly_one_of_them_wins(channel: Channel) -> None:
    # Fails if transaction_mode is left to its default ("database is locked"). Tried.
    # Fails if pay_order's and close_order's updates no longer ask for the other's time. Tried.
    numbers = [f"o-{number}" for number in range(60)]
    for number in numbers:
        channel.prepay(number)
    outcomes = race(
        [("paid", lambda number: pay_order(order_no=number, misbehave=Misbehaviour()))] * 2
        + [("closed", lambda number: close_order(order_no=number))] * 2,
        numbers,
    )
    for number in numbers:
        prepay = Prepay.objects.get(order_no=number)
        won = "paid" if prepay.paid_at else "closed"
        assert outcomes[number] == {won}
        assert (prepay.paid_at is None) != (prepay.closed_at is None)
        assert prepay.trades.count() == (1 if won == "paid" else 0)
    assert Trade.objects.count() == Prepay.objects.filter(paid_at__isnull=False).count()


Runner = tuple[str, Callable[[str], Any]]


def race(runners: list[Runner], numbers: list[str]) -> dict[str, set[str]]:
    """Each runner is a thread with a connection of its own; all start each number together."""
    outcomes: dict[str, set[str]] = {number: set() for number in numbers}
    start = threading.Barrier(len(runners), timeout=20)

    def run(name: str, action: Callable[[str], Any]) -> None:
        try:
            for number in numbers:
                start.wait()
                try:
                    action(number)
                    outcomes[number].add(name)
                except (OrderPaid, OrderClosed):
                    pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=runner) for runner in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes
