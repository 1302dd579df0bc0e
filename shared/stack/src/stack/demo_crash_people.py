"""What the people of `make demo-crash` do, through the public API alone. They insist on an answer."""

import time
from collections import Counter
from collections.abc import Callable
from threading import Event, Lock
from typing import Any

from stack.demo_crash_stories import PEOPLE, Story
from stack.errors import Failure
from stack.insisting import Insistent
from stack.layout import System
from stack.tokens import mint

PAUSE_SECONDS = 1


class People:
    """`counts`: what was asked for and answered. `prefix`: how their names begin, new for each crowd. They insist, and
    wait for what takes its time, for `patience_seconds`, or until `stop` is set."""

    def __init__(self, system: System, prefix: str, *, at_once: int, patience_seconds: float) -> None:
        self._system, self._patience_seconds, self.stop = system, patience_seconds, Event()
        self._http = Insistent(at_once=at_once, seconds_max=patience_seconds, stop=self.stop)
        secrets = system.layout.secrets
        self._tokens = [mint(secrets, subject=f"{prefix}-{number}", scope="user") for number in range(PEOPLE)]
        self._operator = mint(secrets, subject=f"op-{prefix}", scope="operator")
        self._counting = Lock()
        self.counts: Counter[str] = Counter()

    @property
    def repeated(self) -> int:
        return self._http.repeated

    def live(self, story: Story) -> None:
        order = self._order(story)
        if story.misbehave is None:
            return
        self._ask("POST", str(order["payment"]["url"]), {200}, body={"misbehave": story.misbehave})
        self._count("paid")
        if not story.hasty:
            self._wait_until_credited(story, order["order_no"])
        time.sleep(story.think_seconds)
        if story.intention == "refund":
            self._refund(story, order["order_no"])
        elif story.intention != "keep":
            gift = self._gift(story)
            if story.intention == "undo":
                self._undo(gift)

    def operate(self, room_id: str, action: str) -> None:
        address = self._address(f"rooms/{room_id}/{action}")
        self._ask("POST", address, {200}, token=self._operator, body={"reason": "demonstration"})

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

    def _wait_until_credited(self, story: Story, order_no: str) -> None:
        address, token = self._address(f"orders/{order_no}"), self._tokens[story.buyer]
        self._patiently(lambda: self._ask("GET", address, {200}, token=token)["credited_at"])

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

    def _ask(self, method: str, url: str, wanted: set[int], **asked: Any) -> Any:
        status, answer = self._http.answer(method, url, **asked)
        if status not in wanted:
            raise Failure(f"{method} {url} answered {status}: {answer}")
        return answer

    def _patiently(self, look: Callable[[], Any]) -> Any:
        """What `look` gives once it gives something; None, and counted, when patience is at its end."""
        deadline = time.monotonic() + self._patience_seconds
        while not (found := look()):
            if self.stop.is_set() or time.monotonic() > deadline:
                self._count("impatient")
                return None
            time.sleep(PAUSE_SECONDS)
        return found

    def _count(self, name: str) -> None:
        with self._counting:
            self.counts[name] += 1

    def _address(self, path: str) -> str:
        return f"{self._system.url('order')}/api/v1/{path}"
