"""`make demo`: one recharge, from the order to the coins, through the public API alone."""

import time
from typing import Any

from stack.client import Client
from stack.options import Options
from stack.recharging import Addresses, create_order, payment_url, wait_until_credited
from stack.records import read_back
from stack.running import running_system
from stack.tables import details_text, table
from stack.tokens import mint


def demo(options: Options) -> int:
    with running_system(options) as system:
        token = mint(system.layout.secrets, subject=options.subject, scope="user")
        hops = recharge_shown(system, token, buyer=options.subject)
        print(f"\n{read_back(system, hops)}")
    return 0


def recharge_shown(system: Addresses, token: str, *, buyer: str) -> list[Any]:
    """Prints it; the answer is the journey's hops."""
    client = Client()
    started = time.monotonic()
    order = create_order(client, system, token)
    print(f"\n{buyer} orders {order['coins']} coins: {order['order_no']}, {order['status']}")
    client.post(payment_url(order), {})
    print(f"{buyer} pays {order['amount_minor']} (minor units of {order['currency']}) at the payment channel\n")
    wait_until_credited(client, system, token, order["order_no"])
    seconds = time.monotonic() - started
    hops = _journey(client, system, token, order["order_no"])
    print(_shown(hops))
    print(f"\nbalance of {buyer}: {_balance(client, system, token, buyer)}")
    print(f"order credited, {seconds:.2f} s after it was asked for")
    return hops


def _journey(client: Client, system: Addresses, token: str, order_no: str) -> list[Any]:
    answer = client.get(f"{system.url('order')}/api/v1/orders/{order_no}/journey", token=token)
    return list(answer["hops"])


def _shown(hops: list[Any]) -> str:
    rows = [
        [str(hop["hop"]), hop["at"] or hop["state"], hop["service"], hop["name"], details_text(hop["details"])]
        for hop in hops
    ]
    return table(["hop", "at (stored)", "service", "what happened", "details"], rows)


def _balance(client: Client, system: Addresses, token: str, owner: str) -> str:
    answer = client.get(f"{system.url('account')}/api/v1/accounts/{owner}/balances", token=token)
    return ", ".join(
        f"{one['available']} {one['asset']} (stored {one['updated_at'] or 'never'})" for one in answer["balances"]
    )
