"""All that runs do, at once: a gift sent, one refused by its room, one undone, an order refunded, a list undone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
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
from tests.system.world import World, wait_for

SECONDS = 40
_PARKED_JOB = (
    "INSERT INTO flextx_recovery_job (name, payload, policy, state, tries, epoch, due_at, last_error)"
    " VALUES (%s, '{}', %s, 'waiting', 0, 0, now(), '')"
)
_ONE_TRY = (
    '{"tries_max": 1, "retry_first_seconds": 1, "retry_seconds_max": 1, "timeout_seconds": 5, "deadline_seconds": 9}'
)


class GiftStory:
    """Five people, each with 60 coins and a room of their own; what each does, and what must be true in the end."""

    def __init__(self, world: World, person: str) -> None:
        self.world = world
        self.people = {name: f"{person}-{name}" for name in ("sent", "closed", "undone", "refunded", "listed")}
        self.rooms = {name: open_room(world, owner) for name, owner in self.people.items()}
        self.orders = {name: recharge(world, owner) for name, owner in self.people.items()}
        assert operate(world, f"/rooms/{self.rooms['closed']}/close")[0] == 200
        self.to_undo = self._sent("undone")
        self.to_list = self._sent("listed")

    def happens(self) -> None:
        """All of it at once, each request repeated until it is answered."""
        acts = (self._send, self._be_refused, self._undo, self._refund, self._list, self._operate)
        with ThreadPoolExecutor(len(acts)) as pool:
            for act in [pool.submit(act) for act in acts]:
                act.result()

    def came_out_right(self) -> None:
        """Coins conserved, shown if and only if paid, given back at most once, nothing left in escrow."""
        coins = {name: purse(self.world, owner) for name, owner in self.people.items()}
        assert coins == {
            **{"sent": (50, 0), "closed": (60, 0)},
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

    def _operate(self) -> None:
        """A job that nobody can do is parked, and a person puts it away."""
        name = f"nobodys-{self.people['sent']}"
        self.world.rows("order", _PARKED_JOB, (name, _ONE_TRY))
        query = "SELECT id FROM flextx_recovery_job WHERE name = %s AND state = 'parked'"
        ((number,),) = wait_for(lambda: self.world.rows("order", query, (name,)), bool, seconds=SECONDS, what="parked")
        wait_for(lambda: self._skipped(number), bool, seconds=SECONDS, what="skipped")

    def _skipped(self, number: int) -> bool:
        """After an answer was lost a repeat finds nothing parked: it was done."""
        try:
            return operate(self.world, f"/parked/job-{number}/skip")[0] in (200, 404)
        except Exception:  # the web process died under it: whatever the client's library makes of that
            return False

    def _wait_for_order(self, order_no: str, status: str) -> None:
        query = "SELECT status FROM recharge_order WHERE order_no = %s"
        wait_for(
            lambda: self.world.rows("order", query, (order_no,)),
            lambda rows: rows == [(status,)],
            seconds=SECONDS,
            what=f"order {status}",
        )
