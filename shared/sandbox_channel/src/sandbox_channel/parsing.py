"""From bytes that anyone may have sent to typed values, or a BadRequest that names the field."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn
from urllib.parse import urlsplit

from .errors import BadRequest

# Safe in a path without quoting, and never "." or "..".
NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
CURRENCY = re.compile(r"[A-Z]{3}")
URL = re.compile(r"[\x21-\x7e]{1,1000}")
RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
    r"(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"
)
AMOUNT_MAX = 10**12

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PrepayTerms:
    order_no: str
    merchant_id: str
    amount_minor: int
    currency: str
    notify_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RefundTerms:
    refund_no: str
    trade_no: str
    amount_minor: int


def prepay_terms(body: bytes) -> PrepayTerms:
    data = json_object(body)
    return PrepayTerms(
        order_no=text(data, "order_no", NUMBER),
        merchant_id=text(data, "merchant_id", NUMBER),
        amount_minor=whole_number(data, "amount_minor", 1, AMOUNT_MAX),
        currency=text(data, "currency", CURRENCY),
        notify_url=_http_url(data, "notify_url"),
        expires_at=_time(data, "expires_at"),
    )


def refund_terms(body: bytes) -> RefundTerms:
    data = json_object(body)
    return RefundTerms(
        refund_no=text(data, "refund_no", NUMBER),
        trade_no=text(data, "trade_no", NUMBER),
        amount_minor=whole_number(data, "amount_minor", 1, AMOUNT_MAX),
    )


def json_object(body: bytes) -> Json:
    try:
        # Decoded here: json.loads would also guess UTF-16 and UTF-32, which nobody signed up for.
        data = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:  # also bad UTF-8, and integers of thousands of digits
        raise BadRequest("The body is not JSON in UTF-8, or nested too deeply.") from error
    if not isinstance(data, dict):
        raise BadRequest("The body must be a JSON object.")
    return data


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def text(data: Json, name: str, pattern: re.Pattern[str]) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise BadRequest(f"{name} must be a string of the form {pattern.pattern}")
    return value


def whole_number(data: Json, name: str, least: int, most: int) -> int:
    value = data.get(name)
    # bool is an int in Python, but true is no amount of money.
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadRequest(f"{name} must be a whole number from {least} to {most}.")
    return value


def _http_url(data: Json, name: str) -> str:
    value = text(data, name, URL)
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port beyond 65535, an open bracket
        usable = False
    if not usable:
        raise BadRequest(f"{name} must be an http or https URL with a host.")
    return value


def _time(data: Json, name: str) -> datetime:
    value = text(data, name, RFC_3339)
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError) as error:  # the 30th of February; the year 1, moved to UTC
        raise BadRequest(f"{name} is no time of the calendar.") from error
