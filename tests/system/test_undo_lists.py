"""A list of finished operations is undone one by one, the last one first; a crash in between loses none of it."""

from __future__ import annotations

from typing import Any

import psutil

from tests.system.books import reconcile
from tests.system.gifts import feed_of, host_of, insist_on, open_room, operate, purse, recharge, send_gift, when
from tests.system.killing import pid_of
from tests.system.world import World, wait_for

PATH = "/undo-lists"


def finished(world: World, list_id: str) -> dict[str, Any]:
    operator = world.token("op-1", "operator")
    return wait_for(
        lambda: dict(world.orders("GET", f"{PATH}/{list_id}", token=operator)[1]),
        lambda now: now["status"] == "finished",
        seconds=90,
        what="list finished",
    )


def test_a_recharge_and_two_gifts_are_undone_in_reverse_while_recovery_dies(world: World, person: str) -> None:
    """All 60 coins were spent on the gifts, so the order can be refunded only once both are back.

    Fault tried: the first operation undone first.
    """
    room = open_room(world, person)
    order = recharge(world, person)
    gifts = [when(world, send_gift(world, person, room, "cake", 3)) for _ in range(2)]
    assert purse(world, person) == (0, 0)
    done = [{"order_no": order["order_no"]}, *({"gift_id": gift["gift_id"]} for gift in gifts)]

    asked = insist_on(world, PATH, 202, operations=done)
    worker = pid_of(world, "order-recovery-1")
    if worker is not None:
        psutil.Process(worker).kill()

    ended = finished(world, asked["list_id"])
    assert [(one.get("gift_id") or one["order_no"], one["status"]) for one in ended["operations"]] == [
        (gifts[1]["gift_id"], "undone"),
        (gifts[0]["gift_id"], "undone"),
        (order["order_no"], "undone"),
    ]
    times = [one["ended_at"] for one in ended["operations"]]
    assert times == sorted(times)
    assert purse(world, person) == (0, 0)
    assert purse(world, host_of(person), "LITCHI") == (0, 0)
    retracted = [gift_id for kind, gift_id in feed_of(world, room) if kind == "retracted"]
    assert retracted == [gifts[1]["gift_id"], gifts[0]["gift_id"]]
    _, refunded = world.orders("GET", f"/orders/{order['order_no']}", token=world.token(person))
    assert refunded["status"] == "refunded"
    assert reconcile(world)["differences"] == []


def test_what_cannot_be_undone_is_reported_and_the_rest_goes_on(world: World, person: str) -> None:
    """Fault tried: the list ends at the first refusal."""
    room = open_room(world, person)
    recharge(world, person)
    gift = when(world, send_gift(world, person, room))
    operations = [{"gift_id": gift["gift_id"]}, {"order_no": "R-nothing"}, {"gift_id": "G-nothing"}]

    ended = finished(world, insist_on(world, PATH, 202, operations=operations)["list_id"])

    assert [(one["status"], one["code"]) for one in ended["operations"]] == [
        ("refused", "not_found"),
        ("refused", "unknown_order"),
        ("undone", None),
    ]
    assert purse(world, person) == (60, 0)


def test_who_may_not_and_what_cannot_be_read(world: World, person: str) -> None:
    user, headers = world.token(person), {"Idempotency-Key": "k"}
    body = {"operations": [{"gift_id": "G-1"}], "reason": "mine"}
    assert world.orders("POST", PATH, token=user, json=body, headers=headers)[0] == 403
    for operations in ([], [{}], [{"gift_id": "a", "order_no": "b"}], [{"gift_id": "a"}, {"gift_id": "a"}], "x"):
        operator = world.token("op-1", "operator")
        bad = {"operations": operations, "reason": "a story"}
        assert world.orders("POST", PATH, token=operator, json=bad, headers=headers)[0] == 400
    assert operate(world, PATH)[0] == 400
    assert world.orders("GET", f"{PATH}/{'0' * 8}-0000-0000-0000-{'0' * 12}", token=user)[0] == 403
