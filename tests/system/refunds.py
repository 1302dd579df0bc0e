"""Refunds as buyers, operators and the channel meet them."""

from __future__ import annotations

import json
import secrets
from typing import Any

from tests.system.gifts import run_now
from tests.system.world import Answer, World, wait_for


def bought(world: World, person: str, **misbehave: Any) -> dict[str, Any]:
    """60 coins, paid at the channel, whose refunds may misbehave, and credited."""
    order = world.place_order(person)
    paid, trade = world.call("POST", order["payment"]["url"], json={"misbehave": misbehave})
    assert paid == 200, trade
    return when(world, order, "credited")


def ask_refund(world: World, order: dict[str, Any], who: str = "", scope: str = "user", **body: Any) -> Answer:
    path, said = f"/orders/{order['order_no']}/refund", {"reason": "a story"} | body
    return world.orders("POST", path, token=world.token(who or order["owner_id"], scope), json=said)


def order_now(world: World, order: dict[str, Any]) -> dict[str, Any]:
    status, answer = world.orders("GET", f"/orders/{order['order_no']}", token=world.token(order["owner_id"]))
    assert status == 200, answer
    return dict(answer)


def when(world: World, order: dict[str, Any], status: str, seconds: float = 40) -> dict[str, Any]:
    """The order once it is that."""
    return wait_for(
        lambda: order_now(world, order), lambda now: now["status"] == status, seconds=seconds, what=f"order {status}"
    )


def run_when(world: World, run_id: str, state: str) -> dict[str, Any]:
    """The run once it is in this state."""
    return wait_for(lambda: run_now(world, run_id), lambda run: run["state"] == state, seconds=90, what=f"run {state}")


def went_back_once(world: World, order: dict[str, Any]) -> bool:
    """The channel gave all that was paid back: it calls the trade refunded, and not one more unit may go back."""
    _, trade = world.channel("GET", f"/trades/{order['order_no']}")
    terms = {"refund_no": f"more-{secrets.token_hex(8)}", "trade_no": trade["trade_no"], "amount_minor": 1}
    _, more = world.channel("POST", "/refunds", json.dumps(terms).encode())
    return (trade["status"], more.get("code")) == ("REFUND", "refund_too_large")
