"""People who recharge one order after another while containers die around them, and what became of their money."""

import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from stack.client import Client
from stack.containers import Containers
from stack.errors import Failure

ORDER_SECONDS_MAX = 60
PAUSE_SECONDS = 0.1  # the machine has to start containers as well
CREDITS = "SELECT cause_id, count(*) FROM ledger_transfer WHERE kind = 'recharge' GROUP BY cause_id"
WAITING = "SELECT count(*) FROM flextx_outbox_outboxmessage WHERE state <> 'sent'"
UNCREDITED = "SELECT count(*) FROM recharge_order WHERE status = 'completed'"


@dataclass
class Buyer(threading.Thread):
    """Orders and pays until `stop`. `paid`: the orders that the channel took money for, and their coins."""

    name_: str
    token: str
    urls: dict[str, str]
    stop: threading.Event
    paid: dict[str, int] = field(default_factory=dict)
    failures: int = 0

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        while not self.stop.is_set():
            order = self._again_and_again(self._place, str(uuid.uuid4()))
            if order is not None and self._again_and_again(self._pay, order) is not None:
                self.paid[order["order_no"]] = order["coins"]
            self.stop.wait(PAUSE_SECONDS)

    def _place(self, key: str) -> Any:
        """The same key each time, so that a lost answer does not order twice."""
        body = {"product_id": "coins-60", "channel": "sandbox"}
        headers = {"Idempotency-Key": key}
        order = Client().post(f"{self.urls['order']}/api/v1/orders", body, token=self.token, headers=headers)
        if not order["payment"]["url"]:
            raise Failure("ordered, but the channel is away")
        return order

    def _pay(self, order: Any) -> Any:
        return Client().post(order["payment"]["url"], {})

    def _again_and_again(self, act: Any, argument: Any) -> Any:
        """None when it did not succeed in time: an order given up is unpaid, or paid and not counted here."""
        deadline = time.monotonic() + ORDER_SECONDS_MAX
        while time.monotonic() < deadline:
            try:
                return act(argument)
            except Failure:
                self.failures += 1
                time.sleep(0.3)
        return None


def stop_all(buyers: list[Buyer]) -> dict[str, int]:
    """No more orders; the answer is everything that was paid."""
    for buyer in buyers:
        buyer.stop.set()
    for buyer in buyers:
        buyer.join(timeout=2 * ORDER_SECONDS_MAX + 30)
        assert not buyer.is_alive()
    return {order_no: coins for buyer in buyers for order_no, coins in buyer.paid.items()}


def waiting(containers: Containers) -> int:
    """Orders and events on their way, as the databases know them."""
    counts = [
        *(containers.query("order_service", WAITING), containers.query("order_service", UNCREDITED)),
        containers.query("account_service", WAITING),
    ]
    return sum(int(count) for ((count,),) in counts)


def wait_until_settled(containers: Containers, *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while left := waiting(containers):
        assert time.monotonic() < deadline, f"after {seconds} s {left} are still on their way"
        time.sleep(0.5)


def credited_so_far(containers: Containers) -> int:
    ((count,),) = containers.query("account_service", "SELECT count(*) FROM ledger_transfer WHERE kind = 'recharge'")
    return int(count)


def lost_and_doubled(containers: Containers, paid: dict[str, int]) -> tuple[list[str], list[str]]:
    """Of the orders that were paid: those whose coins never came, and those whose coins came more than once."""
    credited = {order_no: int(times) for order_no, times in containers.query("account_service", CREDITS)}
    lost = [order_no for order_no in paid if order_no not in credited]
    return lost, [order_no for order_no, times in credited.items() if times > 1]
