"""A web process dies between any two statements of a POST with a key: the repeat does it once, and has one answer."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import urllib3
from django.db import connection

from flextx.idempotency.models import StoredAnswer
from flextx.saga.models import Run
from order_service.gifts.models import Gift
from order_service.recharge.models import Order
from tests.order_service.processes import own_web
from tests.order_service.stories import BUYER
from tests.support.threads import together
from tests.support.web_process import WebProcess

Told = tuple[int, dict[str, str], bytes]
COMMITS = ("idempotency.answer.commit.before", "idempotency.answer.commit.after")


class DyingWeb(WebProcess):
    """The order service, which can be told before which statement to die. Preloaded: whoever dies is soon replaced."""

    def __init__(self, folder: Path, channel: WebProcess) -> None:
        like = own_web(folder, SANDBOX_URL=channel.url, DYING_DIR=str(folder), WEB_WORKERS="2", FLEXTX_CRASH="armed")
        super().__init__("order_service", like.environment, log=like.log)
        self.folder = folder
        (folder / "crash").mkdir()

    def command(self) -> list[str]:
        config = f"python:{self.package}.config.gunicorn"
        return ["-m", "gunicorn", "--preload", "--config", config, "tests.order_service.dying_wsgi"]

    def post(self, path: str, body: dict[str, Any], key: str) -> Told:
        headers = BUYER.authorization | {"Content-Type": "application/json", "Idempotency-Key": key}
        answer = self.http.request("POST", f"{self.url}{path}", body=json.dumps(body).encode(), headers=headers)
        return answer.status, dict(answer.headers), answer.data

    def post_until_answered(self, path: str, body: dict[str, Any], key: str) -> Told:
        """What an app does. Raises what its last try met."""
        for _ in range(40):
            try:
                return self.post(path, body, key)
            except urllib3.exceptions.HTTPError:
                self.wait_until_it_answers()
        return self.post(path, body, key)

    def statements(self) -> int:
        return len((self.folder / "statements").read_text().splitlines())

    def dies_at(self, statement: int) -> None:
        (self.folder / "die-at").write_text(str(statement))

    def dies_around_the_commit(self, point: str) -> None:
        (self.folder / "crash" / f"{point}.armed").write_text("die:1")


ORDER: tuple[str, dict[str, Any]] = ("/api/v1/orders", {"product_id": "coins-60", "channel": "sandbox"})
GIFT: tuple[str, dict[str, Any]] = (
    "/api/v1/gifts",
    {"room_id": "room-1", "gift_product_id": "rose", "count": 1, "comment": "hi"},
)


@pytest.mark.usefixtures("rooms", "gifts_on_sale")
@pytest.mark.parametrize("post", [ORDER, GIFT], ids=["an order", "a gift"])
def test_death_between_any_two_statements_gives_one_of_it_and_one_answer(
    tmp_path: Path, sandbox_channel: WebProcess, post: tuple[str, dict[str, Any]]
) -> None:
    """Fault tried: the answer stored behind the commit, and the order not looked for by its key. Each alone is caught
    by the other."""
    with DyingWeb(tmp_path, sandbox_channel) as web:
        first = web.post(*post, key="alive")
        statements = web.statements()
        deaths: list[Callable[[], None]] = [
            *(lambda number=number: web.dies_at(number) for number in range(1, statements + 1)),  # type: ignore[misc]
            *(lambda point=point: web.dies_around_the_commit(point) for point in COMMITS),  # type: ignore[misc]
        ]
        for number, arm in enumerate(deaths):
            arm()
            with pytest.raises(urllib3.exceptions.HTTPError):
                web.post(*post, key=f"k-{number}")
            answer = web.post_until_answered(*post, key=f"k-{number}")
            again = web.post_until_answered(*post, key=f"k-{number}")
            assert answer[0] == again[0] == first[0]
            assert (answer[2], again[1]["Idempotent-Replayed"]) == (again[2], "true")

    made = 1 + len(deaths)
    assert statements > 8
    print(f"{len(deaths)} deaths, each before another statement or around the commit")
    assert StoredAnswer.objects.count() == made
    if post is ORDER:
        assert (Order.objects.count(), Order.objects.filter(payment_url=None).count()) == (made, 0)
    else:
        assert (Gift.objects.count(), Run.objects.count()) == (made, made)


def test_two_hundred_at_once_with_one_key_make_one_order(tmp_path: Path, sandbox_channel: WebProcess) -> None:
    """Fault tried: no lock on the key: callers get 500 where two answers meet."""
    BUYER.has_ordered()
    with own_web(tmp_path, SANDBOX_URL=sandbox_channel.url, DATABASE_POOL_SIZE="8") as web:
        headers = BUYER.authorization | {"Content-Type": "application/json", "Idempotency-Key": "k-1"}
        http = urllib3.PoolManager(timeout=60, retries=False, maxsize=200)
        raw = json.dumps(ORDER[1]).encode()

        def ask() -> tuple[int, bytes]:
            answer = http.request("POST", f"{web.url}/api/v1/orders", body=raw, headers=headers)
            return answer.status, answer.data

        answers = together([ask] * 200)
        last = ask()

    connection.close()
    statuses = [status for status, _ in answers]
    print({status: statuses.count(status) for status in set(statuses)})
    assert set(statuses) <= {201, 409} and 201 in statuses
    orders = {json.loads(body)["order_no"] for status, body in [*answers, last] if status == 201}
    assert orders == set(Order.objects.filter(idempotency_key="k-1").values_list("order_no", flat=True))
    assert (len(orders), last[0], Order.objects.count()) == (1, 201, 2)
