"""`make demo`: one recharge, from the order to the coins, through the public API alone."""

import time
import uuid
from typing import Any

from stack import supervisor
from stack.client import Client
from stack.down import down
from stack.errors import Failure
from stack.layout import Layout, System
from stack.options import Options
from stack.progress import say
from stack.tables import table
from stack.tokens import mint
from stack.up import up

CREDITED_SECONDS_MAX = 30
POLL_SECONDS = 0.05


def demo(options: Options) -> int:
    try:
        if not supervisor.is_running(Layout(options.run_dir)):
            up(options)
        recharge(System.started(Layout(options.run_dir)), buyer=options.subject)
    finally:
        if options.once:
            down(options)
    return 0


def recharge(system: System, *, buyer: str) -> None:
    client, token = Client(), mint(system.layout.secrets, subject=buyer, scope="user")
    started = time.monotonic()
    order = _create_order(client, system, token)
    print(f"\n{buyer} orders {order['coins']} coins: {order['order_no']}, {order['status']}")
    client.post(f"{system.url('channel')}/pay/{order['order_no']}", {})
    print(f"{buyer} pays {order['amount_minor']} (minor units of {order['currency']}) at the payment channel\n")
    _wait_until_credited(client, system, token, order["order_no"])
    seconds = time.monotonic() - started
    print(_journey(client, system, token, order["order_no"]))
    print(f"\nbalance of {buyer}: {_balance(client, system, token, buyer)}")
    print(f"order credited, {seconds:.2f} s after it was asked for")


def _create_order(client: Client, system: System, token: str) -> Any:
    product = client.get(f"{system.url('order')}/api/v1/products")[0]
    body = {"product_id": product["product_id"], "channel": "sandbox"}
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    return client.post(f"{system.url('order')}/api/v1/orders", body, token=token, headers=headers)


def _wait_until_credited(client: Client, system: System, token: str, order_no: str) -> None:
    deadline = time.monotonic() + CREDITED_SECONDS_MAX
    while (order := _read(client, system, token, order_no))["status"] != "credited":
        if time.monotonic() > deadline:
            say(_journey(client, system, token, order_no))
            raise Failure(f"the order was still {order['status']} after {CREDITED_SECONDS_MAX} s; see `make status`")
        time.sleep(POLL_SECONDS)


def _read(client: Client, system: System, token: str, order_no: str) -> Any:
    return client.get(f"{system.url('order')}/api/v1/orders/{order_no}", token=token)


def _journey(client: Client, system: System, token: str, order_no: str) -> str:
    hops = client.get(f"{system.url('order')}/api/v1/orders/{order_no}/journey", token=token)["hops"]
    rows = [
        [str(hop["hop"]), hop["at"] or hop["state"], hop["service"], hop["name"], _details(hop["details"])]
        for hop in hops
    ]
    return table(["hop", "at (stored)", "service", "what happened", "details"], rows)


def _details(details: dict[str, Any]) -> str:
    def text(value: Any) -> str:
        return ",".join(map(str, value)) if isinstance(value, list) else str(value)

    return " ".join(f"{name}={text(value)}" for name, value in details.items())


def _balance(client: Client, system: System, token: str, owner: str) -> str:
    answer = client.get(f"{system.url('account')}/api/v1/accounts/{owner}/balances", token=token)
    return ", ".join(f"{one['available']} {one['asset']}" for one in answer["balances"])
