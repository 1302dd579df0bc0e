"""Who takes part in the stories, what they do, and what can be seen afterwards."""

import itertools
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models

from flextx.inbox.models import DivertedKey, DivertedRecord, InboxMessage
from flextx.operate.models import OperatorAction
from flextx.outbox.models import OutboxMessage
from flextx.recovery.models import Job
from flextx.saga.models import ReplyReceived, Run, StepSide
from order_service.gifts.models import Gift, GiftMove
from order_service.recharge.channel_wire import signature
from order_service.recharge.models import CreditNotice, Incident, Order, OrderMove, OwnerHead, Payment, Product
from order_service.refunds.models import Refund
from order_service.rooms.models import BannedHost, FeedEvent, Room, RoomAction
from tests.support.callers import Answer, Caller, post

CALLBACK = "/api/v1/payments/callbacks/sandbox"
_numbers = itertools.count(1)


def put_on_sale() -> None:
    for product_id, coins, amount_minor in (
        ("coins-60", 60, 600),
        ("coins-600", 600, 6000),
        ("coins-3000", 3000, 30000),
    ):
        Product.objects.create(product_id=product_id, coins=coins, amount_minor=amount_minor, currency="CNY")


@dataclass(frozen=True)
class Person(Caller):
    """Somebody who can buy."""

    def places(self, product_id: str = "coins-60", key: str | None = None) -> Answer:
        """`POST /api/v1/orders`; a key of its own unless one is given."""
        body = {"product_id": product_id, "channel": "sandbox"}
        return self.post("/api/v1/orders", body, **{"Idempotency-Key": key or f"key-{next(_numbers)}"})

    def has_ordered(self, product_id: str = "coins-60") -> Order:
        return Order.objects.get(order_no=self.places(product_id).json(201)["order_no"])


BUYER = Person("u-1")
STRANGER = Person("u-2")
OPERATOR = Person("op-1", "operator")
SECOND_OPERATOR = Person("op-2", "operator")
SERVICE = Person("account-service", "service")


def payment_of(order: Order, **changes: Any) -> dict[str, Any]:
    """The body of a callback that says this order was paid, by a trade of its own."""
    number = next(_numbers)
    return {
        "notify_id": f"n-{number}",
        "trade_no": f"t-{number}",
        "order_no": order.order_no,
        "merchant_id": settings.SANDBOX_MERCHANT_ID,
        "amount_minor": order.amount_minor,
        "currency": order.currency,
        "status": "SUCCESS",
        "paid_at": "2026-11-21T08:00:00Z",
    } | changes


def signed(
    raw: bytes, *, secret: str | None = None, key_id: str | None = None, age_seconds: float = 0
) -> dict[str, str]:
    timestamp, nonce = str(int(time.time() - age_seconds)), secrets.token_hex(8)
    return {
        "Sandbox-Timestamp": timestamp,
        "Sandbox-Nonce": nonce,
        "Sandbox-Key-Id": key_id or settings.SANDBOX_KEY_ID,
        "Sandbox-Signature": signature(secret or settings.SANDBOX_SECRET, timestamp, nonce, raw),
    }


def call_back(payment: dict[str, Any]) -> Answer:
    """The channel's callback, well signed."""
    raw = json.dumps(payment).encode()
    return post(CALLBACK, raw, **signed(raw))


def has_paid(order: Order, **changes: Any) -> dict[str, Any]:
    """The order is paid and the channel was told SUCCESS."""
    payment = payment_of(order, **changes)
    assert call_back(payment).json() == {"code": "SUCCESS"}
    order.refresh_from_db()
    return payment


_STORED: tuple[type[models.Model], ...] = (
    *(Order, Payment, OrderMove, Refund, Incident, CreditNotice, OwnerHead, Product),
    *(OutboxMessage, InboxMessage, DivertedKey, DivertedRecord),
    *(Run, StepSide, ReplyReceived, Job, OperatorAction),
    *(Gift, GiftMove, Room, RoomAction, BannedHost, FeedEvent),
)


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row the service holds: equal before and after means nothing changed."""
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in _STORED}
