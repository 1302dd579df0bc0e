"""One attempt to tell the merchant: a signed POST with limits on everything."""

import json
import time

import urllib3

from .conf import channel_settings
from .models import Callback
from .selectors import rfc_3339
from .signing import signed_headers

TIMEOUT_SECONDS = 5.0
ANSWER_BYTES_MAX = 16 * 1024
ANSWER_BYTES_SHOWN = 200


class NotAcknowledged(Exception):
    """The merchant answered, but not with SUCCESS."""


def deliver(callback: Callback) -> None:
    """Returns when the merchant acknowledged; raises NotAcknowledged, or what urllib3 raises."""
    # A connection of its own each time: one that is kept may be closed by the other side just as it is
    # used, and a healthy merchant would seem to have failed.
    with urllib3.PoolManager() as http:
        status, answer = _post(http, callback)
    if status != 200 or not _says_success(answer):
        raise NotAcknowledged(f"HTTP {status}: {answer[:ANSWER_BYTES_SHOWN]!r}")


def _post(http: urllib3.PoolManager, callback: Callback) -> tuple[int, bytes]:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    body = callback_body(callback)
    response = http.request(
        "POST",
        callback.trade.prepay.notify_url,
        body=body,
        headers=_headers(callback, body),
        timeout=urllib3.Timeout(total=TIMEOUT_SECONDS),
        retries=False,  # the staircase is the only repeating
        redirect=False,  # a signed body goes to the announced place and nowhere else
        preload_content=False,
        decode_content=False,  # never asked for compression; the limit on bytes shall mean bytes
    )
    try:
        return response.status, _read_capped(response, deadline)
    finally:
        response.close()


def callback_body(callback: Callback) -> bytes:
    trade, prepay = callback.trade, callback.trade.prepay
    body = {
        "notify_id": callback.notify_id,
        "trade_no": trade.trade_no,
        "order_no": prepay.order_no,
        "merchant_id": prepay.merchant_id,
        "amount_minor": trade.amount_minor,
        "currency": prepay.currency,
        "status": "SUCCESS",
        "paid_at": rfc_3339(trade.paid_at),
    }
    return json.dumps(body, separators=(",", ":")).encode()


def _headers(callback: Callback, body: bytes) -> dict[str, str]:
    """Signed anew at each attempt: a callback repeated for a day would be stale after five minutes."""
    channel = channel_settings()
    secret = channel.secret + "-wrong" if callback.wrong_signature else channel.secret
    signed = signed_headers(key_id=channel.key_id, secret=secret, body=body, now=time.time())
    return signed | {"Content-Type": "application/json", "Connection": "close"}


def _read_capped(response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    answer = b""
    while chunk := response.read1(4096):
        answer += chunk
        if len(answer) > ANSWER_BYTES_MAX:
            raise NotAcknowledged(f"The answer is longer than {ANSWER_BYTES_MAX} bytes.")
        if time.monotonic() > deadline:  # the socket's timeout is per read; a trickle would never meet it
            raise NotAcknowledged(f"The answer took longer than {TIMEOUT_SECONDS} seconds.")
    return answer


def _says_success(answer: bytes) -> bool:
    try:
        data = json.loads(answer)
    except (ValueError, RecursionError):
        return False
    return isinstance(data, dict) and data.get("code") == "SUCCESS"
