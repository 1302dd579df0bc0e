"""A payment is told to the merchant until the merchant says SUCCESS."""

import threading
import time
from datetime import datetime
from itertools import pairwise

import pytest
from channel import Channel, json_of, until, until_acknowledged
from merchant import Answer, Handler, Merchant, answer

from sandbox_channel.conf import channel_settings
from sandbox_channel.models import Callback, Trade

FAIL = b'{"code":"FAIL","message":"later"}'


def endless(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    while True:
        handler.wfile.write(b" " * 4096)


def hang_up(handler: Handler) -> None:
    handler.close_connection = True


def test_a_payment_is_called_back_in_the_agreed_words(
    channel: Channel, merchant: Merchant, sender: threading.Thread
) -> None:
    channel.prepay()
    trade_no = json_of(channel.pay())["trade_no"]
    [received] = merchant.wait_for(1)
    until_acknowledged(1)

    received.check(key_id="key-1", secret=channel.secret, now=time.time())
    assert (received.path, received.headers["Content-Type"]) == ("/callbacks", "application/json")
    body = received.body
    assert body.pop("notify_id") == Callback.objects.get().notify_id
    assert datetime.fromisoformat(body.pop("paid_at")) == Trade.objects.get().paid_at
    assert body == {
        "trade_no": trade_no,
        "order_no": "o-1",
        "merchant_id": "m-1",
        "amount_minor": 648,
        "currency": "CNY",
        "status": "SUCCESS",
    }
    row = Callback.objects.get()
    assert (row.attempts, row.last_error, row.next_at) == (1, "", None)


def test_a_callback_starts_soon_after_the_payment(
    channel: Channel, merchant: Merchant, sender: threading.Thread
) -> None:
    delays = []
    for number in range(10):
        channel.prepay(f"o-{number}")
        channel.pay(f"o-{number}")
        paid = time.monotonic()
        delays.append(merchant.wait_for(number + 1)[-1].at - paid)
    assert sorted(delays)[5] < 0.2


def test_a_healthy_merchant_is_never_thought_to_have_failed(
    channel: Channel, merchant: Merchant, sender: threading.Thread
) -> None:
    # Fails if attempts share connections: this merchant closes each without saying so. Tried.
    for number in range(300):
        channel.prepay(f"o-{number}")
        channel.pay(f"o-{number}")
    until_acknowledged(300)
    assert Callback.objects.filter(attempts=1, last_error="").count() == 300


@pytest.mark.parametrize(
    ("failing", "error"),
    [
        (answer(500), "HTTP 500"),
        (answer(201), "HTTP 201"),
        (answer(200, FAIL), "FAIL"),
        (answer(200, b"SUCCESS"), "HTTP 200: b'SUCCESS'"),
        (answer(200, b'["SUCCESS"]'), "HTTP 200"),
        (answer(200, b"[" * 9000), "HTTP 200"),
        (answer(200, b"\xff"), "HTTP 200"),
        (answer(302, Location="/elsewhere"), "HTTP 302"),
        (endless, "longer than 16384 bytes"),
        (hang_up, "ProtocolError"),
    ],
    ids=["500", "201", "fail", "text", "array", "nested", "no utf-8", "redirect", "endless", "hang up"],
)
def test_anything_but_success_is_repeated(
    channel: Channel, merchant: Merchant, sender: threading.Thread, failing: Answer, error: str
) -> None:
    # Fails if the status is not looked at, or the code, if redirects are followed, or the cap is gone. Tried.
    merchant.answers_first(failing)
    channel.prepay()
    channel.pay()
    received = merchant.wait_for(2)
    until_acknowledged(1)
    row = Callback.objects.get()
    assert row.attempts == len(received) == 2
    assert error in row.last_error
    assert {one.path for one in received} == {"/callbacks"}


def test_each_attempt_is_signed_anew(channel: Channel, merchant: Merchant, sender: threading.Thread) -> None:
    # Fails if the headers are made once per callback. Tried.
    merchant.answers_first(*[answer(503)] * 4)
    channel.prepay()
    channel.pay()
    received = merchant.wait_for(5)
    until_acknowledged(1)
    for one in received:
        one.check(key_id="key-1", secret=channel.secret, now=time.time())
    assert len({one.headers["Sandbox-Nonce"] for one in received}) == 5
    assert len({one.raw for one in received}) == 1
    gaps = [later.at - earlier.at for earlier, later in pairwise(received)]
    assert [gap >= least for gap, least in zip(gaps, [0.05, 0.05, 0.1, 0.1], strict=True)] == [True] * 4


def test_a_merchant_who_is_away_is_told_when_back(channel: Channel, sender: threading.Thread) -> None:
    with Merchant() as gone:
        port = gone.server.server_port
    channel.prepay(notify_url=gone.url)
    channel.pay()
    until(lambda: Callback.objects.get().attempts >= 3)
    assert "refused" in Callback.objects.get().last_error
    with Merchant(port) as back:
        back.wait_for(1)
        until_acknowledged(1)


def test_after_the_last_attempt_the_callback_is_given_up_and_kept(
    channel: Channel, merchant: Merchant, sender: threading.Thread, caplog: pytest.LogCaptureFixture
) -> None:
    # Fails if delay_after never returns None. Tried.
    merchant.answers_first(*[answer(500)] * 100)
    channel.prepay()
    channel.pay(delay_seconds=3600)
    last = channel_settings().staircase.attempts_max
    Callback.objects.update(attempts=last - 1, next_at=Trade.objects.get().paid_at)
    until(lambda: Callback.objects.get().given_up_at is not None)
    row = Callback.objects.get()
    assert (row.attempts, row.next_at, row.acknowledged_at) == (last, None, None)
    assert "HTTP 500" in row.last_error
    until(lambda: "Gave up 1 callbacks" in caplog.text)
    assert len(merchant.received) == 1
