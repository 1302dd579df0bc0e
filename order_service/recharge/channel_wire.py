"""One signed request to the sandbox channel, with limits on its time and size."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from typing import Any

import urllib3
from django.conf import settings

_ANSWER_BYTES_MAX = 64 * 1024
_http = urllib3.PoolManager(maxsize=8)


def call_channel(method: str, path: str, body: bytes) -> tuple[int, dict[str, Any]]:
    """(status, answer); status 0 when there was none in time or it was no JSON object."""
    timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
    headers = {
        "Content-Type": "application/json",
        "Sandbox-Timestamp": timestamp,
        "Sandbox-Nonce": nonce,
        "Sandbox-Key-Id": settings.SANDBOX_KEY_ID,
        "Sandbox-Signature": signature(settings.SANDBOX_SECRET, timestamp, nonce, body),
    }
    timeout = urllib3.Timeout(total=settings.SANDBOX_TIMEOUT_SECONDS)
    try:
        response = _http.request(
            method,
            settings.SANDBOX_URL + path,
            body=body,
            headers=headers,
            timeout=timeout,
            retries=False,
            redirect=False,
            preload_content=False,
        )
        try:
            answer = json.loads(response.read(_ANSWER_BYTES_MAX))
        finally:
            response.release_conn()
    except (urllib3.exceptions.HTTPError, ValueError, RecursionError):
        return 0, {}
    return (response.status, answer) if isinstance(answer, dict) else (0, {})


def signature(secret: str, timestamp: str, nonce: str, body: bytes) -> str:
    """base64(HMAC-SHA256(secret, timestamp + LF + nonce + LF + raw body + LF))."""
    signed = timestamp.encode(errors="replace") + b"\n" + nonce.encode(errors="replace") + b"\n" + body + b"\n"
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
