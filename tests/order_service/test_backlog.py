"""While nothing leaves the outbox, new business is refused, and what others have begun is taken all the same."""

import json
import secrets
from pathlib import Path
from typing import Any

import pytest

from flextx.outbox.models import OutboxMessage
from flextx.testing import wait_until
from order_service.recharge.models import Order
from tests.order_service.processes import own_web
from tests.order_service.stories import BUYER, CALLBACK, everything, has_paid, payment_of, signed
from tests.support.web_process import WebProcess

LIMIT = 3
ORDER = ("/api/v1/orders", {"product_id": "coins-60", "channel": "sandbox"})
GIFT = ("/api/v1/gifts", {"room_id": "room-1", "gift_product_id": "rose", "count": 1, "comment": ""})


def asks(web: WebProcess, call: tuple[str, dict[str, Any]], key: str) -> tuple[int, str, dict[str, Any]]:
    """(status, Retry-After, the answer)"""
    headers = BUYER.authorization | {"Content-Type": "application/json", "Idempotency-Key": key}
    answer = web.http.request("POST", web.url + call[0], body=json.dumps(call[1]).encode(), headers=headers)
    return answer.status, answer.headers.get("Retry-After", ""), json.loads(answer.data)


@pytest.mark.usefixtures("rooms", "gifts_on_sale")
def test_over_the_limit_nothing_new_begins_and_a_callback_is_taken(tmp_path: Path) -> None:
    """Fault tried: check_backlog left out of create_order."""
    orders = [BUYER.has_ordered() for _ in range(LIMIT + 2)]
    for order in orders[:LIMIT]:
        has_paid(order)  # no relay runs here: each leaves an unsent message
    with own_web(tmp_path, OUTBOX_BACKLOG_MAX=str(LIMIT)) as web:
        assert asks(web, ORDER, "early")[0] == 201
        has_paid(orders[LIMIT])
        wait_until(lambda: asks(web, GIFT, secrets.token_hex(8))[0] == 503)
        before = everything()

        for call in (ORDER, GIFT):
            status, again, told = asks(web, call, "new")
            assert (status, again, told["code"]) == (503, "5", "backlog_full")
        assert everything() == before
        assert asks(web, ORDER, "early")[0] == 201  # a repeat begins nothing

        raw = json.dumps(payment_of(orders[-1])).encode()
        headers = {"Content-Type": "application/json", **signed(raw)}
        assert web.http.request("POST", web.url + CALLBACK, body=raw, headers=headers).status == 200
        assert Order.objects.get(pk=orders[-1].pk).status == "completed"

        OutboxMessage.objects.all().delete()
        wait_until(lambda: asks(web, ORDER, "new")[0] == 201)
