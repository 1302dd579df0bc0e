"""All that runs do, by people of whom each does one thing: a gift sent, one refused by its room, one undone, and so on.

Every request is repeated until it is answered, as people's apps do.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from tests.system.gifts import feed_of, host_of, insist_on, open_room, operate, purse, recharge, send_gift, when
from tests.system.insisting import answered, insist
from tests.system.world import World, wait_for

SECONDS = 90  # a recovery worker that dies three times over one run is waited for ten seconds each time
_SHOWN, _TAKEN_BACK = ["effect", "comment"], ["effect", "comment", "retracted"]
# Who: (available and held coins, the host's LITCHI, what viewers saw) in the end.
_IN_THE_END: dict[str, tuple[tuple[int, int], int, list[str]]] = {
    "sender": ((50, 0), 5, _SHOWN),
    "late": ((60, 0), 0, []),
    "sorry": ((60, 0), 0, _TAKEN_BACK),
    "refunded": ((0, 0), 0, []),
    "listed": ((60, 0), 0, _TAKEN_BACK),
    "twice": ((120, 0), 0, []),
}
# Whoever passes the point; everybody passes the others.
_WHO = {
    "gifts.undo_gift": ("sorry",),
    "participant": ("sender", "late"),
    "recovery": ("listed",),
    "refunds.begin_refund": ("twice",),
    "refunds.refund_order": ("refunded",),
    "saga.local": ("sender", "late"),
    **dict.fromkeys(("saga.decide", "saga.failure", "saga.resolve"), ()),
    "saga": ("refunded",),
    "operate": (),
}
EVERYBODY = tuple(_IN_THE_END)


def who_passes(point: str) -> tuple[str, ...]:
    """The people whose way leads past the point."""
    return next((who for prefix, who in _WHO.items() if point.startswith(f"{prefix}.")), EVERYBODY)


class GiftStory:
    """Each of `who` has 60 coins and a room of their own; what each does, and what must be true in the end."""

    def __init__(self, world: World, person: str, who: tuple[str, ...]) -> None:
        self.world = world
        self.people = {name: f"{person}-{name}" for name in who}
        self.rooms = {name: open_room(world, owner) for name, owner in self.people.items()}
        self.before = self._each(self._prepare)

    def happens(self) -> None:
        """Everybody's part, all at once."""
        self._each(lambda name: getattr(self, f"_{name}")(self.before[name]))

    def came_out_right(self) -> None:
        """Coins conserved, shown if and only if paid, given back at most once, nothing left in escrow."""
        assert self._each(self._looks) == {name: _IN_THE_END[name] for name in self.people}

    def _each(self, do: Callable[[str], Any]) -> dict[str, Any]:
        with ThreadPoolExecutor(len(EVERYBODY)) as pool:
            return dict(zip(self.people, pool.map(do, self.people), strict=True))

    def _prepare(self, name: str) -> dict[str, Any]:
        order = recharge(self.world, self.people[name])
        if name == "late":
            assert operate(self.world, f"/rooms/{self.rooms[name]}/close")[0] == 200
        return self._send(name) if name in ("sorry", "listed") else order

    def _looks(self, name: str) -> tuple[tuple[int, int], int, list[str]]:
        owner = self.people[name]
        shown = [kind for kind, _ in feed_of(self.world, self.rooms[name])]
        return purse(self.world, owner), purse(self.world, host_of(owner), "LITCHI")[0], shown

    def _send(self, name: str, status: str = "sent") -> dict[str, Any]:
        gift = when(self.world, send_gift(self.world, self.people[name], self.rooms[name]), seconds=SECONDS)
        assert gift["status"] == status
        return gift

    def _sender(self, _order: dict[str, Any]) -> None:
        self._send("sender")

    def _late(self, _order: dict[str, Any]) -> None:
        """The room has closed: charged, refused, given back."""
        self._send("late", "undone")

    def _sorry(self, gift: dict[str, Any]) -> None:
        """An operator takes the gift back."""
        insist_on(self.world, f"/gifts/{gift['gift_id']}/undo", 202)
        when(self.world, gift, "undone", seconds=SECONDS)

    def _refunded(self, order: dict[str, Any]) -> None:
        insist_on(self.world, f"/orders/{order['order_no']}/refund", 202)
        self._wait_for(_ORDER, order, [("refunded",)])

    def _listed(self, gift: dict[str, Any]) -> None:
        """Taken back as part of a list, by a recovery job."""
        insist_on(self.world, "/undo-lists", 202, operations=[{"gift_id": gift["gift_id"]}])
        when(self.world, gift, "undone", seconds=SECONDS)

    def _twice(self, _order: dict[str, Any]) -> None:
        """The channel takes the money of one order twice: the second trade goes back by itself."""
        order = insist(self.world, self.people["twice"])
        pay = partial(self.world.call, "POST", order["payment"]["url"], json={"misbehave": {"second_trade": True}})
        answered(pay, 200)
        self._wait_for(_PAYMENTS, order, [("accepted",), ("refunded",)])
        self._wait_for(_ORDER, order, [("credited",)])

    def _wait_for(self, query: str, order: dict[str, Any], wanted: list[tuple[str]]) -> None:
        look = partial(self.world.rows, "order", query, (order["order_no"],))
        wait_for(look, lambda rows: rows == wanted, seconds=SECONDS, what=str(wanted))


_ORDER = "SELECT status FROM recharge_order WHERE order_no = %s"
_PAYMENTS = (
    "SELECT p.state FROM recharge_payment p JOIN recharge_order o ON o.id = p.order_id"
    " WHERE o.order_no = %s ORDER BY p.state"
)
