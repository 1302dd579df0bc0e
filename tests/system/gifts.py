"""Gifts as their senders, hosts and operators meet them."""

from __future__ import annotations

import secrets
from functools import partial
from typing import Any

from tests.system.insisting import answered, insist
from tests.system.world import World, wait_for

AT_REST = ("sent", "refused", "undone")


def open_room(world: World, person: str) -> str:
    """A room of this story's own, whose host is `<person>-host`; what it is called."""
    room_id = f"room-of-{person}"
    world.rows("order", "INSERT INTO rooms_room VALUES (%s, %s, 'open')", (room_id, host_of(person)))
    world.rows("order", "INSERT INTO rooms_feedhead VALUES (%s, 0)", (room_id,))
    return room_id


def host_of(person: str) -> str:
    return f"{person}-host"


def recharge(world: World, person: str, product_id: str = "coins-60") -> dict[str, Any]:
    """Paid at the channel and credited; the order."""
    before = world.balance(person)
    order = insist(world, person, product_id)
    answered(partial(world.call, "POST", order["payment"]["url"], json={}), 200)
    wait_for(lambda: world.balance(person), lambda coins: coins == before + order["coins"], seconds=60, what="credited")
    return order


def send_gift(world: World, person: str, room_id: str, product: str = "cake", count: int = 1, **more: Any) -> Any:
    """As it is answered: asked for with the same key until there is an answer."""
    body = {"room_id": room_id, "gift_product_id": product, "count": count, "comment": "for you", **more}
    headers = {"Idempotency-Key": secrets.token_hex(8)}
    ask = partial(world.orders, "POST", "/gifts", token=world.token(person), json=body, headers=headers)
    return answered(ask, 202)


def gift_now(world: World, gift: dict[str, Any]) -> dict[str, Any]:
    return _read(world, f"/gifts/{gift['gift_id']}", token=world.token(gift["sender_id"]))


def when(world: World, gift: dict[str, Any], *statuses: str, seconds: float = 60) -> dict[str, Any]:
    """The gift once it is in one of these; by default, at rest."""
    wanted = statuses or AT_REST
    return wait_for(
        lambda: gift_now(world, gift), lambda now: now["status"] in wanted, seconds=seconds, what=f"gift {wanted}"
    )


def run_now(world: World, run_id: str) -> dict[str, Any]:
    """The run as an operator sees it."""
    return _read(world, f"/runs/{run_id}", token=world.token("op-1", "operator"))


def operate(world: World, path: str, who: str = "op-1", **body: Any) -> tuple[int, Any]:
    return world.orders("POST", path, token=world.token(who, "operator"), json={"reason": "a story", **body})


def insist_on(world: World, path: str, wanted: int, who: str = "op-1", **body: Any) -> Any:
    """An operator's request, repeated until it is answered so."""
    token, key = world.token(who, "operator"), {"Idempotency-Key": secrets.token_hex(8)}
    said = {"reason": "a story", **body}
    return answered(partial(world.orders, "POST", path, token=token, json=said, headers=key), wanted)


def feed_of(world: World, room_id: str) -> list[tuple[str, str]]:
    """(kind, gift_id) of everything shown in the room, in order."""
    page = _read(world, f"/rooms/{room_id}/feed", headers={"Accept": "application/json"})
    return [(event["kind"], event["gift_id"]) for event in page["results"]]


def purse(world: World, person: str, asset: str = "COIN") -> tuple[int, int]:
    """(available, held)"""
    _, answer = world.accounts("GET", f"/accounts/{person}/balances", token=world.token(person))
    return next(((one["available"], one["held"]) for one in answer["balances"] if one["asset"] == asset), (0, 0))


def _read(world: World, path: str, **options: Any) -> dict[str, Any]:
    """Asked again where the web process died under the question."""
    return dict(answered(partial(world.orders, "GET", path, **options), 200))
