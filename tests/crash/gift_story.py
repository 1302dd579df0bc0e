"""All that runs do, at once: a gift sent, one refused by its room, one undone, an order refunded, a list undone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from tests.system.gifts import (
    feed_of,
    host_of,
    insist_on,
    open_room,
    operate,
    purse,
    recharge,
    send_gift,
    when,
)
from tests.system.insisting import answered, insist
from tests.system.world import World, wait_for

SECONDS = 40


class GiftStory:
    """Five people, each with 60 coins and a room of their own; what each does, and what must be true in the end."""

    def __init__(self, world: World, person: str) -> None:
        self.world = world
        self.people = {name: f"{person}-{name}" for name in ("sent", "closed", "undone", "refunded", "listed")}
        self.rooms = {name: open_room(world, owner) for name, owner in self.people.items()}
        assert operate(world, f"/rooms/{self.rooms['closed']}/close")[0] == 200
        with ThreadPoolExecutor(len(self.people)) as pool:
            orders = pool.map(partial(recharge, world), self.people.values())
            self.orders = dict(zip(self.people, orders, strict=True))
            self.to_undo, self.to_list = pool.map(self._sent, ("undone", "listed"))

    def happens(self) -> None:
        """All of it at once, each request repeated until it is answered."""
        acts = (self._send, self._be_refused, self._undo, self._refund, self._list, self._pay_twice)
        with ThreadPoolExecutor(len(acts)) as pool:
            for act in [pool.submit(act) for act in acts]:
                act.result()

    def came_out_right(self) -> None:
        """Coins conserved, shown if and only if paid, given back at most once, nothing left in escrow."""
        coins = {name: purse(self.world, owner) for name, owner in self.people.items()}
        assert coins == {
            **{"sent": (110, 0), "closed": (60, 0)},
            **{"undone": (60, 0), "refunded": (0, 0), "listed": (60, 0)},
        }
        income = {name: purse(self.world, host_of(owner), "LITCHI") for name, owner in self.people.items()}
        assert income == {name: (5 if name == "sent" else 0, 0) for name in self.people}
        shown = {name: [kind for kind, _ in feed_of(self.world, room)] for name, room in self.rooms.items()}
        taken_back = ["effect", "comment", "retracted"]
        assert shown == {
            **{"sent": ["effect", "comment"], "closed": [], "refunded": []},
            **{"undone": taken_back, "listed": taken_back},
        }

    def _sent(self, name: str) -> dict[str, Any]:
        gift = when(self.world, send_gift(self.world, self.people[name], self.rooms[name]))
        assert gift["status"] == "sent"
        return gift

    def _send(self) -> None:
        gift = when(self.world, send_gift(self.world, self.people["sent"], self.rooms["sent"]), seconds=SECONDS)
        assert gift["status"] == "sent"

    def _be_refused(self) -> None:
        gift = when(self.world, send_gift(self.world, self.people["closed"], self.rooms["closed"]), seconds=SECONDS)
        assert (gift["status"], gift["reason"]) == ("undone", "room_closed")

    def _undo(self) -> None:
        insist_on(self.world, f"/gifts/{self.to_undo['gift_id']}/undo", 202)
        when(self.world, self.to_undo, "undone", seconds=SECONDS)

    def _refund(self) -> None:
        order_no = self.orders["refunded"]["order_no"]
        insist_on(self.world, f"/orders/{order_no}/refund", 202)
        self._wait_for_order(order_no, "refunded")

    def _list(self) -> None:
        insist_on(self.world, "/undo-lists", 202, operations=[{"gift_id": self.to_list["gift_id"]}])
        when(self.world, self.to_list, "undone", seconds=SECONDS)

    def _pay_twice(self) -> None:
        """The channel takes the money of one order twice: the second trade goes back by itself."""
        order = insist(self.world, self.people["sent"])
        pay = partial(self.world.call, "POST", order["payment"]["url"], json={"misbehave": {"second_trade": True}})
        answered(pay, 200)
        query = (
            "SELECT p.state FROM recharge_payment p JOIN recharge_order o ON o.id = p.order_id"
            " WHERE o.order_no = %s ORDER BY p.state"
        )
        wait_for(
            lambda: self.world.rows("order", query, (order["order_no"],)),
            lambda rows: rows == [("accepted",), ("refunded",)],
            seconds=SECONDS,
            what="the second trade refunded",
        )
        self._wait_for_order(order["order_no"], "credited")

    def _wait_for_order(self, order_no: str, status: str) -> None:
        query = "SELECT status FROM recharge_order WHERE order_no = %s"
        wait_for(
            lambda: self.world.rows("order", query, (order_no,)),
            lambda rows: rows == [(status,)],
            seconds=SECONDS,
            what=f"order {status}",
        )
