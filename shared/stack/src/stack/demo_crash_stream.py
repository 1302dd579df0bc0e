"""People live their stories at the system while its processes die. They use the public API, and insist."""

import itertools
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock
from typing import Any

from stack.demo_crash_stories import PEOPLE, Story
from stack.errors import Failure
from stack.insisting import Insistent
from stack.layout import System
from stack.tokens import mint

AT_ONCE_MAX = 96
PAUSE_SECONDS = 1
ROOM_OF_THE_DOOR = "room-3"
DOOR_SECONDS = 3


class Stream:
    """`counts`: what was asked for and answered. `prefix`: how the people's names begin, new for each stream."""

    def __init__(self, system: System, prefix: str, *, patience_seconds: float) -> None:
        self._system, self._patience_seconds = system, patience_seconds
        self._http = Insistent(at_once=AT_ONCE_MAX, seconds_max=patience_seconds)
        secrets = system.layout.secrets
        self._people = [f"{prefix}-{number}" for number in range(PEOPLE)]
        self._tokens = [mint(secrets, subject=person, scope="user") for person in self._people]
        self._operator = mint(secrets, subject=f"op-{prefix}", scope="operator")
        self._counting = Lock()
        self.counts: Counter[str] = Counter()

    @property
    def repeated(self) -> int:
        return self._http.repeated

    def run(self, stories: list[Story]) -> None:
        """Each at its time, or as soon as somebody is free. Returns when all have ended; raises what one did."""
        started, ended = time.monotonic(), Event()
        with ThreadPoolExecutor(AT_ONCE_MAX) as pool:
            door = pool.submit(self._open_and_close, ended)
            try:
                lives = []
                for story in stories:
                    time.sleep(max(0.0, started + story.at_seconds - time.monotonic()))
                    lives.append(pool.submit(self._live, story))
                for life in lives:
                    life.result()
            finally:
                ended.set()
        door.result()

    def _open_and_close(self, ended: Event) -> None:
        """An operator closes one room and opens it again, so that some gifts come too late; open at the end."""
        actions = itertools.cycle(("close", "open"))
        while not ended.wait(DOOR_SECONDS):
            self._operate(next(actions))
        self._operate("open")

    def _live(self, story: Story) -> None:
        order = self._order(story)
        if story.misbehave is None:
            return
        self._ask("POST", str(order["payment"]["url"]), {200}, body={"misbehave": story.misbehave})
        self._count("paid")
        time.sleep(story.think_seconds)
        if story.intention == "refund":
            self._refund(story, order["order_no"])
        elif story.intention != "keep":
            gift = self._gift(story)
            if story.intention == "undo":
                self._undo(gift)

    def _order(self, story: Story) -> Any:
        """With the same key until the channel has given an address to pay at."""
        body, key = {"product_id": story.product_id, "channel": "sandbox"}, {"Idempotency-Key": story.key}
        address, token = self._address("orders"), self._tokens[story.buyer]

        def placed() -> Any:
            order = self._ask("POST", address, {201}, token=token, body=body, headers=key)
            return order if order["payment"]["url"] else None

        order = self._patiently(placed)
        if order is None:
            raise Failure(f"the channel gave no address to pay order {story.key} at")
        self._count("orders")
        return order

    def _gift(self, story: Story) -> Any:
        body = {
            "room_id": story.room_id,
            "gift_product_id": story.gift_product_id,
            "count": story.count,
            "comment": f"number {story.key}",
        }
        key = {"Idempotency-Key": story.key}
        gift = self._ask("POST", self._address("gifts"), {202}, token=self._tokens[story.buyer], body=body, headers=key)
        self._count("gifts")
        return gift

    def _undo(self, gift: Any) -> None:
        """Once it is sent; a gift that was refused or given back cannot be undone."""
        address = self._address(f"gifts/{gift['gift_id']}")

        def undone() -> bool:
            now = self._ask("GET", address, {200}, token=self._operator)
            if now["status"] == "sent":
                self._ask("POST", f"{address}/undo", {202}, token=self._operator, body={"reason": "demonstration"})
                self._count("undos")
            return bool(now["status"] != "sending")

        self._patiently(undone)

    def _refund(self, story: Story, order_no: str) -> None:
        """Asked for by the buyer, once the coins are there; what an operator must approve is approved."""
        address, token = self._address(f"orders/{order_no}/refund"), self._tokens[story.buyer]

        def begun() -> Any:
            answer = self._ask("POST", address, {202, 409}, token=token, body={"reason": "demonstration"})
            return answer if "run_id" in answer else None

        refund = self._patiently(begun)
        if refund is None:
            return
        self._count("refunds")
        run_address = self._address(f"runs/{refund['run_id']}")
        if self._ask("GET", run_address, {200}, token=self._operator)["state"] == "waiting":
            self._ask("POST", f"{run_address}/approve", {200, 409}, token=self._operator, body={"reason": "asked for"})

    def _operate(self, action: str) -> None:
        address = self._address(f"rooms/{ROOM_OF_THE_DOOR}/{action}")
        self._ask("POST", address, {200}, token=self._operator, body={"reason": "demonstration"})

    def _ask(self, method: str, url: str, wanted: set[int], **asked: Any) -> Any:
        status, answer = self._http.answer(method, url, **asked)
        if status not in wanted:
            raise Failure(f"{method} {url} answered {status}: {answer}")
        return answer

    def _patiently(self, look: Callable[[], Any]) -> Any:
        """What `look` gives once it gives something; None, and counted, when patience is at its end."""
        deadline = time.monotonic() + self._patience_seconds
        while not (found := look()):
            if time.monotonic() > deadline:
                self._count("impatient")
                return None
            time.sleep(PAUSE_SECONDS)
        return found

    def _count(self, name: str) -> None:
        with self._counting:
            self.counts[name] += 1

    def _address(self, path: str) -> str:
        return f"{self._system.url('order')}/api/v1/{path}"
