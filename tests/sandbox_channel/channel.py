"""The channel as the merchant's service and the payer see it."""

import json
import time
from collections.abc import Callable
from typing import Any, Protocol

from django.test import Client

from sandbox_channel.models import Callback, Prepay, Refund, Trade
from sandbox_channel.signing import signed_headers

DEADLINE_SECONDS = 20


class Response(Protocol):
    """What the stories look at."""

    status_code: int
    headers: Any

    @property
    def content(self) -> bytes: ...


class Channel:
    def __init__(self, *, notify_url: str, secret: str) -> None:
        self.notify_url = notify_url
        self.secret = secret
        self.client = Client(raise_request_exception=False)

    def terms(self, order_no: str = "o-1", **changes: Any) -> dict[str, Any]:
        return {
            "order_no": order_no,
            "merchant_id": "m-1",
            "amount_minor": 648,
            "currency": "CNY",
            "notify_url": self.notify_url,
            "expires_at": "2099-01-01T00:00:00Z",
        } | changes

    def prepay(self, order_no: str = "o-1", **changes: Any) -> Response:
        return self.post("/prepay", json.dumps(self.terms(order_no, **changes)).encode())

    def trade(self, order_no: str = "o-1") -> dict[str, Any]:
        return json_of(self.get(f"/trades/{order_no}"))

    def close(self, order_no: str = "o-1") -> Response:
        return self.post(f"/trades/{order_no}/close")

    def refund(self, trade_no: str, amount_minor: int, refund_no: str = "r-1") -> Response:
        terms = {"refund_no": refund_no, "trade_no": trade_no, "amount_minor": amount_minor}
        return self.post("/refunds", json.dumps(terms).encode())

    def pay(self, order_no: str = "o-1", **misbehave: Any) -> Response:
        body = json.dumps({"misbehave": misbehave}) if misbehave else ""
        return self.client.post(f"/pay/{order_no}", body, content_type="application/json")

    def get(self, path: str) -> Response:
        return self.client.get(path, headers=self.signed(b""))

    def post(self, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Response:
        signed = self.signed(body) if headers is None else headers
        return self.client.post(path, body, content_type="application/json", headers=signed)

    def signed(self, body: bytes) -> dict[str, str]:
        return signed_headers(key_id="key-1", secret=self.secret, body=body, now=time.time())


def json_of(response: Response, status: int = 200) -> dict[str, Any]:
    assert response.status_code == status, response.content
    data = json.loads(response.content)
    assert isinstance(data, dict)
    return data


def refused(response: Response, status: int, code: str) -> None:
    answer = json_of(response, status)
    assert answer["code"] == code
    assert answer["message"]


def rows() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in (Prepay, Trade, Callback, Refund)}


def until(condition: Callable[[], bool]) -> None:
    """Waits for a state, with a deadline."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "the awaited state did not come"
        time.sleep(0.01)


def until_acknowledged(count: int) -> None:
    until(lambda: Callback.objects.filter(acknowledged_at__isnull=False).count() >= count)
