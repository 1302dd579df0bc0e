"""`make demo`: one recharge, from the order to the coins, through the public API alone."""

import time
import uuid
from typing import Any, Protocol

from stack import supervisor
from stack.client import Client
from stack.down import down
from stack.errors import Failure
from stack.layout import Layout, System
from stack.options import Options
from stack.progress import say
from stack.records import read_back
from stack.tables import table
from stack.tokens import mint
from stack.up import up

CREDITED_SECONDS_MAX = 30
POLL_SECONDS = 0.05


def demo(options: Options) -> int:
    try:
        if not supervisor.is_running(Layout(options.run_dir)):
            up(options)
        system = System.started(Layout(options.run_dir))
        token = mint(system.layout.secrets, subject=options.subject, scope="user")
        hops = recharge(system, token, buyer=options.subject)
        print(f"\n{read_back(system, hops)}")
    finally:
        if options.once:
            down(options)
    return 0


class Addresses(Protocol):
    """Where a system answers, be it on this machine or in containers."""

    def url(self, part: str) -> str: ...


def recharge(system: Addresses, token: str, *, buyer: str) -> list[Any]:
    """Prints it; the answer is the journey's hops."""
    client = Client()
    started = time.monotonic()
    order = _create_order(client, system, token)
    print(f"\n{buyer} orders {order['coins']} coins: {order['order_no']}, {order['status']}")
    client.post(_payment_url(order), {})
    print(f"{buyer} pays {order['amount_minor']} (minor units of {order['currency']}) at the payment channel\n")
    _wait_until_credited(client, system, token, order["order_no"])
    seconds = time.monotonic() - started
    hops = _journey(client, system, token, order["order_no"])
    print(_shown(hops))
    print(f"\nbalance of {buyer}: {_balance(client, system, token, buyer)}")
    print(f"order credited, {seconds:.2f} s after it was asked for")
    return hops


def _create_order(client: Client, system: Addresses, token: str) -> Any:
    product = client.get(f"{system.url('order')}/api/v1/products")[0]
    body = {"product_id": product["product_id"], "channel": "sandbox"}
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    return client.post(f"{system.url('order')}/api/v1/orders", body, token=token, headers=headers)


def _payment_url(order: Any) -> str:
    """As the channel gave it, because that is where a payer would go."""
    url = order["payment"]["url"]
    if not url:
        raise Failure(f"the channel gave no address to pay {order['order_no']} at; is it up?")
    return str(url)


def _wait_until_credited(client: Client, system: Addresses, token: str, order_no: str) -> None:
    deadline = time.monotonic() + CREDITED_SECONDS_MAX
    while (order := _read(client, system, token, order_no))["status"] != "credited":
        if time.monotonic() > deadline:
            say(_shown(_journey(client, system, token, order_no)))
            raise Failure(f"the order was still {order['status']} after {CREDITED_SECONDS_MAX} s; see `make status`")
        time.sleep(POLL_SECONDS)


def _read(client: Client, system: Addresses, token: str, order_no: str) -> Any:
    return client.get(f"{system.url('order')}/api/v1/orders/{order_no}", token=token)


def _journey(client: Client, system: Addresses, token: str, order_no: str) -> list[Any]:
    answer = client.get(f"{system.url('order')}/api/v1/orders/{order_no}/journey", token=token)
    return list(answer["hops"])


def _shown(hops: list[Any]) -> str:
    rows = [
        [str(hop["hop"]), hop["at"] or hop["state"], hop["service"], hop["name"], _details(hop["details"])]
        for hop in hops
    ]
    return table(["hop", "at (stored)", "service", "what happened", "details"], rows)


def _details(details: dict[str, Any]) -> str:
    def text(value: Any) -> str:
        return ",".join(map(str, value)) if isinstance(value, list) else str(value)

    return " ".join(f"{name}={text(value)}" for name, value in details.items())


def _balance(client: Client, system: Addresses, token: str, owner: str) -> str:
    answer = client.get(f"{system.url('account')}/api/v1/accounts/{owner}/balances", token=token)
    return ", ".join(
        f"{one['available']} {one['asset']} (stored {one['updated_at'] or 'never'})" for one in answer["balances"]
    )
