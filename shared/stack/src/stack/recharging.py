"""Buying coins through the public API alone, as every demonstration does first."""

import time
import uuid
from typing import Any, Protocol

from stack.client import Client
from stack.errors import Failure
from stack.progress import say

CREDITED_SECONDS_MAX = 60
PAGE_SECONDS_MAX = 15
POLL_SECONDS = 0.05


class Addresses(Protocol):
    """Where a system answers, be it on this machine or in containers."""

    def url(self, part: str) -> str: ...


def recharge(client: Client, system: Addresses, token: str) -> Any:
    """Order, pay and wait for the coins, without a word; the answer is the credited order."""
    order = create_order(client, system, token)
    client.post(payment_url(order), {})
    return wait_until_credited(client, system, token, order["order_no"])


def create_order(client: Client, system: Addresses, token: str) -> Any:
    """The same request again while the channel was too slow to give an address to pay at, as a payer's app does."""
    product = client.get(f"{system.url('order')}/api/v1/products")[0]
    body = {"product_id": product["product_id"], "channel": "sandbox"}
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    deadline = time.monotonic() + PAGE_SECONDS_MAX
    while True:
        order = client.post(f"{system.url('order')}/api/v1/orders", body, token=token, headers=headers)
        if order["payment"]["url"] or time.monotonic() > deadline:
            return order
        time.sleep(POLL_SECONDS)


def payment_url(order: Any) -> str:
    """As the channel gave it, because that is where a payer would go."""
    url = order["payment"]["url"]
    if not url:
        raise Failure(f"the channel gave no address to pay {order['order_no']} at; is it up?")
    return str(url)


def wait_until_credited(client: Client, system: Addresses, token: str, order_no: str) -> Any:
    """Raises Failure, and shows how far the order came, if that takes too long."""
    address = f"{system.url('order')}/api/v1/orders/{order_no}"
    deadline = time.monotonic() + CREDITED_SECONDS_MAX
    while (order := client.get(address, token=token))["status"] != "credited":
        if time.monotonic() > deadline:
            say(str(client.get(f"{address}/journey", token=token)))
            raise Failure(f"the order was still {order['status']} after {CREDITED_SECONDS_MAX} s; see `make status`")
        time.sleep(POLL_SECONDS)
    return order
