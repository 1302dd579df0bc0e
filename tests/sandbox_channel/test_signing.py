"""Who is not the merchant gets 401, and nothing changes."""

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path

import pytest
from channel import Channel, refused, rows

from sandbox_channel.errors import SignatureRefused
from sandbox_channel.signing import check_signature, sign

EXAMPLE = Path(__file__).parents[2] / "shared" / "sandbox_channel" / "signature-example.json"
NOTHING = {"Prepay": 0, "Trade": 0, "Callback": 0, "Refund": 0}


def example() -> dict[str, str]:
    data: dict[str, str] = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    return data


def headers_of(data: dict[str, str]) -> dict[str, str]:
    return {
        "Sandbox-Timestamp": data["timestamp"],
        "Sandbox-Nonce": data["nonce"],
        "Sandbox-Key-Id": data["key_id"],
        "Sandbox-Signature": data["signature"],
    }


def check(data: dict[str, str], now: float) -> None:
    secret = example()["secret"]
    check_signature(headers=headers_of(data), body=data["body"].encode(), key_id="sandbox-1", secret=secret, now=now)


def test_the_committed_example_is_what_the_words_say() -> None:
    # Fails if the last newline is left out of the message. Tried.
    data = example()
    message = f"{data['timestamp']}\n{data['nonce']}\n{data['body']}\n".encode()
    by_hand = base64.b64encode(hmac.new(data["secret"].encode(), message, hashlib.sha256).digest()).decode()
    signed = sign(secret=data["secret"], timestamp=data["timestamp"], nonce=data["nonce"], body=data["body"].encode())
    assert data["signature"] == by_hand == signed


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_five_minutes_either_way_are_accepted(seconds: int) -> None:
    check(example(), now=int(example()["timestamp"]) + seconds)


@pytest.mark.parametrize("seconds", [-301, 301, 10**9])
def test_beyond_five_minutes_is_refused(seconds: int) -> None:
    # Fails if abs() is left out, or the comparison. Tried.
    with pytest.raises(SignatureRefused, match="Sandbox-Timestamp"):
        check(example(), now=int(example()["timestamp"]) + seconds)


@pytest.mark.parametrize(
    "change",
    [
        {"body": example()["body"].replace("648", "649")},
        {"nonce": "another"},
        {"timestamp": str(int(example()["timestamp"]) + 1)},
        {"key_id": "sandbox-2"},
        {"signature": example()["signature"].lower()},
        {"signature": ""},
        {"signature": "签名"},
        {"nonce": ""},
        {"nonce": "n" * 129},
        {"timestamp": "1795262400.0"},
        {"timestamp": "१७९५२६२४००"},
        {"timestamp": "9" * 5000},
        {"timestamp": "nan"},
    ],
)
def test_whatever_is_changed_is_refused(change: dict[str, str]) -> None:
    # Fails if the comparison of key ids, or of signatures, is left out. Tried.
    with pytest.raises(SignatureRefused):
        check(example() | change, now=int(example()["timestamp"]))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/prepay"),
        ("GET", "/trades/o-1"),
        ("POST", "/trades/o-1/close"),
        ("POST", "/refunds"),
        ("GET", "/refunds/r-1"),
    ],
)
@pytest.mark.parametrize("who", ["nobody", "another secret", "stale", "another body"])
def test_every_call_of_the_service_must_be_signed(channel: Channel, method: str, path: str, who: str) -> None:
    # Fails if @signed is taken from any one view. Tried.
    body = json.dumps(channel.terms()).encode() if path == "/prepay" else b""
    headers = {
        "nobody": {},
        "another secret": Channel(notify_url="", secret="guessed").signed(body),
        "stale": stale(channel, body),
        "another body": channel.signed(body + b" "),
    }[who]
    response = channel.client.generic(method, path, body, "application/json", headers=headers)
    refused(response, 401, "signature_refused")
    assert rows() == NOTHING


def stale(channel: Channel, body: bytes) -> dict[str, str]:
    headers = channel.signed(body)
    timestamp = str(int(time.time()) - 302)
    signature = sign(secret=channel.secret, timestamp=timestamp, nonce=headers["Sandbox-Nonce"], body=body)
    return headers | {"Sandbox-Timestamp": timestamp, "Sandbox-Signature": signature}
