"""The order service beside this one: a real process on a database of its own, sold to and paid over HTTP."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString
from uuid import uuid4

import psycopg

from sandbox_channel.signing import signed_headers
from stack.tokens import mint
from tests.account_service.commands import Gift
from tests.support.service_environment import service_environment
from tests.support.web_process import WebProcess, manage

COINS, AMOUNT_MINOR = 60, 600


@dataclass
class Shop:
    web: WebProcess
    environment: dict[str, str]
    database: "psycopg.Connection[Any]"

    def sells(self, owner_id: str) -> dict[str, Any]:
        """A pending order of one product."""
        headers = self._headers(mint(self._secrets, subject=owner_id, scope="user"))
        body = json.dumps({"product_id": "coins-60", "channel": "sandbox"}).encode()
        headers["Idempotency-Key"] = uuid4().hex
        return self._read(
            self.web.http.request("POST", f"{self.web.url}/api/v1/orders", body=body, headers=headers), 201
        )

    def is_paid(self, owner_id: str = "u-1", *, seconds_ago: int = 0) -> str:
        """The number of an order that is completed since then."""
        order = self.sells(owner_id)
        payment = {
            "notify_id": "n",
            "trade_no": uuid4().hex,
            "order_no": order["order_no"],
            "merchant_id": self.environment["SANDBOX_MERCHANT_ID"],
            "amount_minor": AMOUNT_MINOR,
            "currency": "CNY",
            "status": "SUCCESS",
            "paid_at": "2026-11-21T08:00:00Z",
        }
        raw = json.dumps(payment).encode()
        headers = self._headers("") | signed_headers(
            key_id=self.environment["SANDBOX_KEY_ID"],
            secret=Path(self.environment["SANDBOX_SECRET_FILE"]).read_text().strip(),
            body=raw,
            now=time.time(),
        )
        url = f"{self.web.url}/api/v1/payments/callbacks/sandbox"
        self._read(self.web.http.request("POST", url, body=raw, headers=headers), 200)
        self.query(
            "UPDATE recharge_order SET completed_at = completed_at - make_interval(secs => %s) WHERE order_no = %s",
            seconds_ago,
            order["order_no"],
        )
        return str(order["order_no"])

    def calls_credited(self, order_no: str) -> None:
        self.query("UPDATE recharge_order SET status = 'credited', credited_at = now() WHERE order_no = %s", order_no)

    def knows_gift(self, gift: Gift, status: str = "sent") -> None:
        """As the order service has it."""
        self.query(
            "INSERT INTO gifts_gift (gift_id, sender_id, room_id, host_id, gift_product_id, count, coins, litchi,"
            " comment, status, reason, undo_run_id, idempotency_key, request_fingerprint, sent_at, ended_at)"
            " VALUES (%s, %s, 'room-1', %s, 'rose', 1, %s, %s, '', %s, '',"
            " CASE WHEN %s = 'undoing' THEN gen_random_uuid() END, %s, '',"
            " CASE WHEN %s <> 'sending' THEN now() END, now())",
            *(gift.gift_id, gift.sender_id, gift.host_id, gift.coins, gift.litchi, status),
            *(status, gift.gift_id, status),
        )

    def query(self, statement: LiteralString, *params: Any) -> None:
        self.database.execute(statement, params)

    def empty(self) -> None:
        self.query("TRUNCATE recharge_order, recharge_product, recharge_ownerhead, gifts_gift CASCADE")
        self.query("TRUNCATE flextx_outbox_outboxmessage")
        self.query("INSERT INTO recharge_product VALUES ('coins-60', %s, %s, 'CNY', true)", COINS, AMOUNT_MINOR)

    @property
    def _secrets(self) -> Path:
        return Path(self.environment["AUTH_JWKS_FILE"]).parent

    def _headers(self, token: str) -> dict[str, str]:
        return {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})

    def _read(self, answer: Any, status: int) -> dict[str, Any]:
        assert answer.status == status, answer.data
        told = json.loads(answer.data)
        assert isinstance(told, dict)
        return told


@contextmanager
def running_shop(folder: Path) -> Iterator[Shop]:
    environment = service_environment("order_service", folder)
    name = environment["DATABASE_URL"].rpartition("/")[2] + "_beside_accounts"
    environment["DATABASE_URL"] = f"{environment['DATABASE_URL'].rpartition('/')[0]}/{name}"
    server = os.environ["TEST_DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {name}")
        try:
            migrated = manage("order_service", "migrate", "--verbosity", "0", environment=environment)
            assert migrated.returncode == 0, migrated.stderr
            url = f"{server.rpartition('/')[0]}/{name}"
            web = WebProcess("order_service", environment, log=folder / "order-service.log")
            with web, psycopg.connect(url, autocommit=True) as database:
                yield Shop(web, environment, database)
        finally:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
