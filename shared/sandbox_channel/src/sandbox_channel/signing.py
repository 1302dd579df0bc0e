"""The signature that both sides put on every request: the merchant on its calls, the channel on callbacks."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping

from .errors import SignatureRefused

TIMESTAMP_HEADER = "Sandbox-Timestamp"
NONCE_HEADER = "Sandbox-Nonce"
KEY_ID_HEADER = "Sandbox-Key-Id"
SIGNATURE_HEADER = "Sandbox-Signature"
TOLERANCE_SECONDS = 300

_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_NONCE = re.compile(r"[\x21-\x7e]{1,128}")


def sign(*, secret: str, timestamp: str, nonce: str, body: bytes) -> str:
    message = timestamp.encode() + b"\n" + nonce.encode() + b"\n" + body + b"\n"
    return base64.b64encode(hmac.digest(secret.encode(), message, hashlib.sha256)).decode()


def signed_headers(*, key_id: str, secret: str, body: bytes, now: float) -> dict[str, str]:
    timestamp, nonce = str(int(now)), secrets.token_hex(16)
    return {
        TIMESTAMP_HEADER: timestamp,
        NONCE_HEADER: nonce,
        KEY_ID_HEADER: key_id,
        SIGNATURE_HEADER: sign(secret=secret, timestamp=timestamp, nonce=nonce, body=body),
    }


def check_signature(*, headers: Mapping[str, str], body: bytes, key_id: str, secret: str, now: float) -> None:
    """Raises SignatureRefused. The nonce is only signed, not remembered: whoever retries may repeat it."""
    timestamp, nonce, used_key, signature = (
        _header(headers, name) for name in (TIMESTAMP_HEADER, NONCE_HEADER, KEY_ID_HEADER, SIGNATURE_HEADER)
    )
    if not _TIMESTAMP.fullmatch(timestamp) or abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise SignatureRefused(f"{TIMESTAMP_HEADER} is not within {TOLERANCE_SECONDS} seconds of now.")
    if not _NONCE.fullmatch(nonce):
        raise SignatureRefused(f"{NONCE_HEADER} must be 1 to 128 visible ASCII characters.")
    if not _same(used_key, key_id):
        raise SignatureRefused(f"{KEY_ID_HEADER} is unknown.")
    if not _same(signature, sign(secret=secret, timestamp=timestamp, nonce=nonce, body=body)):
        raise SignatureRefused(f"{SIGNATURE_HEADER} does not fit this body, time and nonce.")


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name, "")
    if not value:
        raise SignatureRefused(f"The header {name} is missing.")
    return value


def _same(given: str, expected: str) -> bool:
    # As bytes: compare_digest takes no text beyond ASCII, and a header may hold any.
    return hmac.compare_digest(given.encode(), expected.encode())
