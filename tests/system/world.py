"""The running system as an outsider meets it: its addresses, its API, the channel's signature, its databases."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import shlex
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import urllib3

from stack.layout import Layout
from stack.tokens import mint

T = TypeVar("T")
Answer = tuple[int, Any]
"""(HTTP status, JSON)"""


def read_env(path: Path) -> dict[str, str]:
    """RUN_DIR/env as a shell would read it."""
    words = shlex.split(path.read_text(), comments=True)
    return dict(word.split("=", 1) for word in words if "=" in word)


@dataclass
class World:
    """One running system."""

    env: Mapping[str, str]
    run_dir: Path
    http: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(maxsize=32, retries=False))

    @classmethod
    def of(cls, env_file: Path) -> World:
        return cls(env=read_env(env_file), run_dir=env_file.parent)

    def token(self, subject: str, scope: str = "user") -> str:
        return mint(Layout(self.run_dir).secrets, subject=subject, scope=scope)

    def call(self, method: str, url: str, *, token: str | None = None, **options: Any) -> Answer:
        headers = dict(options.pop("headers", {}))
        if token:
            headers["Authorization"] = f"Bearer {token}"
        response = self.http.request(method, url, headers=headers, timeout=30, **options)
        return response.status, json.loads(response.data)

    def orders(self, method: str, path: str, **options: Any) -> Answer:
        return self.call(method, f"{self.env['ORDER_URL']}/api/v1{path}", **options)

    def accounts(self, method: str, path: str, **options: Any) -> Answer:
        return self.call(method, f"{self.env['ACCOUNT_URL']}/api/v1{path}", **options)

    def place_order(self, owner: str, product_id: str = "coins-60") -> dict[str, Any]:
        """As the payer's app does: while the channel was too slow to give a page, the same request again."""
        body, headers = {"product_id": product_id, "channel": "sandbox"}, {"Idempotency-Key": secrets.token_hex(8)}

        def once() -> Answer:
            answer = self.orders("POST", "/orders", token=self.token(owner), json=body, headers=headers)
            assert answer[0] == 201, answer
            return answer

        order = wait_for(once, has_page, seconds=60, what="a page to pay at")[1]
        assert isinstance(order, dict)
        return order

    def balance(self, owner: str) -> int:
        status, answer = self.accounts("GET", f"/accounts/{owner}/balances", token=self.token(owner))
        assert status == 200, answer
        return sum(entry["available"] for entry in answer["balances"] if entry["asset"] == "COIN")

    def callback(self, body: bytes, *, secret: str | None = None, age_seconds: int = 0) -> Answer:
        """Deliver a callback as the channel would; each attempt is signed anew."""
        headers = self.signed(body, secret=secret, age_seconds=age_seconds)
        return self.orders("POST", "/payments/callbacks/sandbox", body=body, headers=headers)

    def channel(self, method: str, path: str, body: bytes = b"") -> Answer:
        """Ask the channel as the order service does."""
        return self.call(method, f"{self.env['CHANNEL_URL']}{path}", body=body, headers=self.signed(body))

    def signed(self, body: bytes, *, secret: str | None = None, age_seconds: int = 0) -> dict[str, str]:
        timestamp, nonce = str(int(time.time()) - age_seconds), secrets.token_hex(16)
        signed = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
        key = (secret or self.env["SANDBOX_SECRET"]).encode()
        return {
            "Content-Type": "application/json",
            "Sandbox-Timestamp": timestamp,
            "Sandbox-Nonce": nonce,
            "Sandbox-Key-Id": self.env["SANDBOX_KEY_ID"],
            "Sandbox-Signature": base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode(),
        }

    def rows(self, service: str, query: str, params: Any = ()) -> list[tuple[Any, ...]]:
        """One query in the database of `order`, `account` or `log`, as its owner."""
        with psycopg.connect(self.env[f"{service.upper()}_DATABASE_URL"], autocommit=True) as connection:
            cursor = connection.execute(query, params)
            return cursor.fetchall() if cursor.description else []


def has_page(answer: Answer) -> bool:
    """An order with an address to pay it at."""
    return answer[0] == 201 and answer[1]["payment"]["url"] is not None


def payment_of(order: Mapping[str, Any], merchant_id: str, **changes: Any) -> bytes:
    """The body of the channel's callback for a paid order."""
    body = {
        "notify_id": f"n-{secrets.token_hex(8)}",
        "trade_no": f"t-{order['order_no']}",
        "order_no": order["order_no"],
        "merchant_id": merchant_id,
        "amount_minor": order["amount_minor"],
        "currency": order["currency"],
        "status": "SUCCESS",
        "paid_at": datetime.now(UTC).isoformat(),
        **changes,
    }
    return json.dumps(body).encode()


def wait_for(look: Callable[[], T], wanted: Callable[[T], bool], *, seconds: float, what: str) -> T:
    """The first value of `look` that is `wanted`; fails with the last one seen at the deadline."""
    deadline = time.monotonic() + seconds
    while not wanted(value := look()):
        assert time.monotonic() < deadline, f"{what}: after {seconds} s still {value!r}"
        time.sleep(0.05)  # between two looks; what is waited for is the state
    return value


def project_root() -> Path:
    return Path(__file__).resolve().parents[2]


def env_file() -> Path:
    return Path(os.environ["SYSTEM_ENV_FILE"])
