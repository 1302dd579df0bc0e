"""The people of the demonstration and what they do, through the public API alone."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from stack.client import Client
from stack.errors import Failure
from stack.layout import System
from stack.recharging import POLL_SECONDS, recharge
from stack.tokens import mint

SHOWN_PRODUCT = "cake"
COINS_NEEDED = 30
ENDED_SECONDS_MAX = 30
Balances: TypeAlias = dict[tuple[str, str], tuple[int, int]]
"""(owner, asset) -> (available, held)"""


@dataclass(frozen=True)
class Stage:
    system: System
    client: Client
    sender: str
    token: str
    operator: str

    @classmethod
    def of(cls, system: System, *, sender: str) -> "Stage":
        secrets = system.layout.secrets
        token = mint(secrets, subject=sender, scope="user")
        return cls(system, Client(), sender, token, mint(secrets, subject="op-1", scope="operator"))

    def make_sure_of_coins(self) -> None:
        if self.balances()[self.sender, "COIN"][0] < COINS_NEEDED:
            order = recharge(self.client, self.system, self.token)
            print(f"\n{self.sender} recharges {order['coins']} coins first: {order['order_no']}, {order['status']}")

    def open_room(self) -> Any:
        rooms = self.client.get(self._order("rooms"))
        for room in rooms:
            if room["status"] == "open":
                return room
        raise Failure("no room is open; an operator opens one with POST /api/v1/rooms/{room_id}/open")

    def operate(self, room: Any, action: str) -> None:
        address = self._order(f"rooms/{room['room_id']}/{action}")
        now = self.client.post(address, {"reason": "demonstration"}, token=self.operator)
        print(f"an operator: {action} {room['room_id']}, now {now['status']}")

    def send_gift(self, room: Any, comment: str) -> Any:
        body = {"room_id": room["room_id"], "gift_product_id": SHOWN_PRODUCT, "count": 1, "comment": comment}
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        return self.client.post(self._order("gifts"), body, token=self.token, headers=headers)

    def gift(self, gift_id: str) -> Any:
        return self.client.get(self._order(f"gifts/{gift_id}"), token=self.token)

    def run(self, run_id: str) -> Any:
        return self.client.get(self._order(f"runs/{run_id}"), token=self.token)

    def feed(self, gift: Any) -> list[Any]:
        """What the gift's room showed of it; read to the end, page by page."""
        events, after = [], "0"
        while page := self.client.get(self._order(f"rooms/{gift['room_id']}/feed?after={after}&limit=200"))["results"]:
            events += [event for event in page if event["gift_id"] == gift["gift_id"]]
            after = page[-1]["event_id"]
        return events

    def balances(self) -> Balances:
        """Of the sender and of all hosts."""
        hosts = sorted({room["host_id"] for room in self.client.get(self._order("rooms"))})
        asked = [(self.sender, "COIN"), *((host, "LITCHI") for host in hosts)]
        return {(owner, asset): self._balance(owner, asset) for owner, asset in asked}

    def check_balances(self, before: Balances, after: Balances, gift: Any) -> None:
        """Raises Failure unless exactly the gift's coins and income moved, or nothing when it was undone."""
        moved = dict.fromkeys(before, 0)
        if gift["status"] == "sent":
            moved |= {(self.sender, "COIN"): -gift["coins"], (gift["host_id"], "LITCHI"): gift["litchi"]}
        expected = {of: (available + moved[of], held) for of, (available, held) in before.items()}
        if after != expected:
            raise Failure(f"balances should be {expected}, and are {after}")

    def wait_until_held(self, before: Balances, coins: int) -> None:
        held = before[self.sender, "COIN"][1] + coins
        self._wait(lambda: self._balance(self.sender, "COIN")[1] == held, f"the {coins} coins were not held")

    def wait_until_ended(self, gift_id: str) -> Any:
        self._wait(lambda: self.gift(gift_id)["status"] != "sending", f"gift {gift_id} was still on its way")
        return self.gift(gift_id)

    def _balance(self, owner: str, asset: str) -> tuple[int, int]:
        address = f"{self.system.url('account')}/api/v1/accounts/{owner}/balances"
        for one in self.client.get(address, token=self.operator)["balances"]:
            if one["asset"] == asset:
                return one["available"], one["held"]
        return 0, 0

    def _order(self, path: str) -> str:
        return f"{self.system.url('order')}/api/v1/{path}"

    def _wait(self, came_true: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + ENDED_SECONDS_MAX
        while not came_true():
            if time.monotonic() > deadline:
                raise Failure(f"{otherwise} after {ENDED_SECONDS_MAX} s; see `make status` and GET /api/v1/parked")
            time.sleep(POLL_SECONDS)
