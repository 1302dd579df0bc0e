"""What a callback must pass before anything in it is believed, and in which order it is looked at."""

import json
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from pytest_django import Settings

import sandbox_channel
from order_service.recharge.channel_wire import signature
from order_service.recharge.models import Order
from order_service.recharge.sandbox import CALLBACK_BYTES_MAX
from tests.order_service.stories import BUYER, CALLBACK, call_back, everything, payment_of, signed
from tests.support.callers import Answer, get, post

EXAMPLE = Path(sandbox_channel.__file__).parents[2] / "signature-example.json"


@pytest.fixture
def order() -> Order:
    return BUYER.has_ordered()


def raw_payment(order: Order, **changes: object) -> bytes:
    return json.dumps(payment_of(order, **changes)).encode()


def fails(answer: Answer, status: int, saying: str) -> None:
    told = answer.json(status)
    assert set(told) == {"code", "message"}
    assert told["code"] == "FAIL"
    assert saying in told["message"]


@pytest.mark.parametrize(
    "changed",
    [
        {"Sandbox-Signature": "AAAA"},
        {"Sandbox-Signature": ""},
        {"Sandbox-Signature": "é"},
        {"Sandbox-Nonce": "another"},
        {"Sandbox-Timestamp": ""},
        {"Sandbox-Key-Id": "sandbox-2"},
        {"Sandbox-Key-Id": ""},
    ],
)
def test_a_header_that_was_not_signed_so_is_refused(order: Order, changed: dict[str, str]) -> None:
    """Fault tried: nonce or key id left out of _check_signature."""
    raw = raw_payment(order)
    before = everything()

    fails(post(CALLBACK, raw, **(signed(raw) | changed)), 403, "Sandbox-")
    assert everything() == before


def test_a_tampered_body_is_refused(order: Order) -> None:
    """Fault tried: compare_digest's answer not looked at."""
    raw = raw_payment(order)
    before = everything()

    fails(post(CALLBACK, raw + b" ", **signed(raw)), 403, "does not match")
    assert everything() == before


def test_another_secret_is_refused(order: Order) -> None:
    raw = raw_payment(order)
    before = everything()

    fails(post(CALLBACK, raw, **signed(raw, secret="guessed")), 403, "does not match")
    assert everything() == before


def test_another_key_is_refused_although_it_signed_well(order: Order) -> None:
    """Fault tried: the key id not compared."""
    raw = raw_payment(order)
    before = everything()

    fails(post(CALLBACK, raw, **signed(raw, key_id="sandbox-2")), 403, "Key-Id")
    assert everything() == before


@pytest.mark.parametrize("age_seconds", [301, -302])
def test_a_callback_more_than_300_seconds_from_now_is_refused(order: Order, age_seconds: int) -> None:
    """Fault tried: `abs` left out; 300 changed to 3000."""
    raw = raw_payment(order)
    before = everything()

    fails(post(CALLBACK, raw, **signed(raw, age_seconds=age_seconds)), 403, "300 seconds")
    assert everything() == before


@pytest.mark.parametrize("age_seconds", [295, -295])
def test_a_clock_that_is_a_little_off_is_borne_with(order: Order, age_seconds: int) -> None:
    raw = raw_payment(order)

    assert post(CALLBACK, raw, **signed(raw, age_seconds=age_seconds)).json() == {"code": "SUCCESS"}


@pytest.mark.parametrize("timestamp", ["now", "-1", "1e9", "0", "9" * 400, "²"])
def test_a_time_that_is_none_is_refused(order: Order, timestamp: str) -> None:
    """Fault tried: `isdecimal()` not asked."""
    raw = raw_payment(order)
    headers = signed(raw) | {"Sandbox-Timestamp": timestamp}
    headers["Sandbox-Signature"] = signature(django_settings.SANDBOX_SECRET, timestamp, headers["Sandbox-Nonce"], raw)
    before = everything()

    fails(post(CALLBACK, raw, **headers), 403, "Sandbox-")
    assert everything() == before


def test_the_checks_come_in_their_order(order: Order) -> None:
    """Fault tried: size after signature; time before signature; body read before the time."""
    large, unreadable = b"x" * (CALLBACK_BYTES_MAX + 1), b"{"
    before = everything()

    fails(post(CALLBACK, large, **signed(b"other")), 400, "bytes")
    fails(post(CALLBACK, b"x" * 70_000, **signed(b"other")), 400, "large")
    fails(post(CALLBACK, unreadable, **signed(b"other", age_seconds=400)), 403, "does not match")
    fails(post(CALLBACK, unreadable, **signed(unreadable, age_seconds=400)), 403, "300 seconds")
    assert everything() == before  # not genuine, or too late: no incident either
    fails(post(CALLBACK, unreadable, **signed(unreadable)), 400, "body")


def test_only_post_is_answered() -> None:
    fails(get(CALLBACK), 405, "not allowed")


def test_the_committed_example_of_a_signature_is_genuine_here(settings: Settings) -> None:
    """Fault tried: the last line feed left out of what is signed."""
    example = json.loads(EXAMPLE.read_text())
    body = example["body"].encode()

    assert signature(example["secret"], example["timestamp"], example["nonce"], body) == example["signature"]


def test_a_genuine_callback_passes(order: Order) -> None:
    assert call_back(payment_of(order)).json() == {"code": "SUCCESS"}
