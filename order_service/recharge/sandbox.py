"""Payments at the sandbox channel: callback, prepay, query. Its answers become OK, REFUSED or UNKNOWN."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

from django.conf import settings
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from contracts.fields import Id
from flextx.outcome import Outcome
from order_service.recharge.channel_wire import call_channel, signature
from order_service.recharge.errors import BadCallback, BadSignature, UnreadableCallback
from order_service.recharge.models import Order

CHANNEL = "sandbox"
CLOCK_SKEW_SECONDS_MAX = 300
CALLBACK_BYTES_MAX = 16 * 1024


class ChannelPayment(BaseModel):
    """What the channel says was paid. Nothing of it is believed before it was compared with the order."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    notify_id: Id = "query"
    trade_no: Id
    order_no: Id
    merchant_id: Id
    # Any amount can be read: one that is not the order's, even zero, is a refusal that an operator sees.
    amount_minor: Annotated[int, Field(ge=-(2**63), lt=2**63)]
    currency: Id
    status: Id
    # The ends of the calendar have no UTC: the database could not store them, or nobody read them again.
    paid_at: Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC))]


@dataclass(frozen=True, slots=True)
class ChannelAnswer:
    """OK with every payment the channel knows of; REFUSED: definitely not paid; UNKNOWN: ask again.

    `is_closed`: not paid, and nobody can pay it any more.
    """

    outcome: Outcome
    payments: tuple[ChannelPayment, ...] = ()
    is_closed: bool = False


def verified_callback(headers: Mapping[str, str], body: bytes) -> bytes:
    """The body of a genuine callback: size, signature, then time.

    The nonce is signed but not remembered: the channel repeats a callback for a day, signing each attempt anew, and a
    repeat changes nothing. Raises BadCallback, BadSignature.
    """
    if len(body) > CALLBACK_BYTES_MAX:
        raise BadCallback(f"A callback has at most {CALLBACK_BYTES_MAX} bytes.")
    timestamp = _check_signature(headers, body)
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp[:12])) > CLOCK_SKEW_SECONDS_MAX:
        raise BadSignature("Sandbox-Timestamp is more than 300 seconds from now: sign each attempt anew.")
    return body


def read_payment(body: bytes) -> ChannelPayment:
    """The payment that a genuine callback reports. Raises UnreadableCallback."""
    try:
        return ChannelPayment.model_validate_json(body)
    except ValidationError as invalid:
        fields = ", ".join(".".join(map(str, error["loc"])) or "body" for error in invalid.errors())
        raise UnreadableCallback(f"The callback does not hold what it should: {fields}.") from invalid


def _check_signature(headers: Mapping[str, str], body: bytes) -> str:
    timestamp, nonce = headers.get("Sandbox-Timestamp", ""), headers.get("Sandbox-Nonce", "")
    genuine = signature(settings.SANDBOX_SECRET, timestamp, nonce, body)
    if headers.get("Sandbox-Key-Id") != settings.SANDBOX_KEY_ID:
        raise BadSignature("Sandbox-Key-Id is not known here.")
    if not hmac.compare_digest(genuine.encode(), headers.get("Sandbox-Signature", "").encode(errors="replace")):
        raise BadSignature("Sandbox-Signature does not match.")
    return timestamp


def prepay(order: Order) -> str | None:
    """Ask the channel for the payer's page; None while it does not answer. The same order gets the same page again."""
    body = {
        "order_no": order.order_no,
        "merchant_id": settings.SANDBOX_MERCHANT_ID,
        "amount_minor": order.amount_minor,
        "currency": order.currency,
        "notify_url": f"{settings.PUBLIC_URL}/api/v1/payments/callbacks/sandbox",
        "expires_at": order.expires_at.isoformat(),
    }
    status, answer = call_channel("POST", "/prepay", json.dumps(body).encode())
    url = answer.get("pay_url")
    return url if status == 200 and isinstance(url, str) and len(url) <= 2000 else None


def ask_channel(order: Order) -> ChannelAnswer:
    """What does the channel say of this order? An answer that cannot be read is UNKNOWN."""
    status, answer = call_channel("GET", f"/trades/{quote(order.order_no)}", b"")
    if status == 404 or (status == 200 and answer.get("status") == "NOTPAY"):
        return ChannelAnswer(Outcome.REFUSED)
    return _read_answer(order, status, answer)


def ask_to_close(order: Order) -> ChannelAnswer:
    """From now on nobody shall be able to pay it. If it was paid, by what?

    Any other answer is UNKNOWN, also that the order was never seen: a prepay may still be on its way there, and only a
    channel that says CLOSED will turn it away.
    """
    status, answer = call_channel("POST", f"/trades/{quote(order.order_no)}/close", b"")
    return ask_channel(order) if status == 409 else _read_answer(order, status, answer)


def _read_answer(order: Order, status: int, answer: dict[str, Any]) -> ChannelAnswer:
    if status != 200 or answer.get("order_no") != order.order_no:
        return ChannelAnswer(Outcome.UNKNOWN)
    if answer.get("status") == "CLOSED":
        return ChannelAnswer(Outcome.REFUSED, is_closed=True)
    try:
        payments = tuple(_payment_in(trade, answer) for trade in (answer, *answer.get("more_trades", ())))
    except (ValidationError, TypeError):
        return ChannelAnswer(Outcome.UNKNOWN)
    if any(payment.status not in ("SUCCESS", "REFUND") for payment in payments):
        return ChannelAnswer(Outcome.UNKNOWN)
    return ChannelAnswer(Outcome.OK, payments)


def _payment_in(trade: dict[str, Any], answer: dict[str, Any]) -> ChannelPayment:
    """The channel names the merchant only where it is another one."""
    own = {"merchant_id": settings.SANDBOX_MERCHANT_ID}
    told = {**own, **answer, **trade, "order_no": answer["order_no"], "notify_id": "query"}
    return ChannelPayment.model_validate_json(json.dumps(told))
