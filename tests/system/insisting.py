"""What payers' apps and the channel do when there is no answer: the same request again."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

import urllib3

from tests.system.world import Answer, World, has_page, wait_for


def insist(world: World, person: str, product_id: str = "coins-60") -> dict[str, Any]:
    """Order with the same key until there is an order that can be paid."""
    key, body = secrets.token_hex(8), {"product_id": product_id, "channel": "sandbox"}
    ask = partial(
        world.orders, "POST", "/orders", token=world.token(person), json=body, headers={"Idempotency-Key": key}
    )
    order = wait_for(partial(_once, ask), has_page, seconds=90, what="an order")[1]
    assert isinstance(order, dict)
    return order


def call_back(world: World, body: bytes, *, until: int) -> None:
    """Deliver a callback until it is answered so."""
    answered(partial(world.callback, body), until)


def answered(ask: Callable[[], Answer], wanted: int) -> Any:
    return wait_for(partial(_once, ask), lambda answer: answer[0] == wanted, seconds=90, what=f"an answer {wanted}")[1]


def _once(ask: Callable[[], Answer]) -> Answer:
    try:
        return ask()
    except (urllib3.exceptions.HTTPError, json.JSONDecodeError):
        return 0, None
