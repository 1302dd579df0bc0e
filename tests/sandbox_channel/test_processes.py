"""Real processes, killed and stopped."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from merchant import Merchant
from processes import System, kill


def test_a_payment_survives_kill_9_of_everything(prepared: System, merchant: Merchant) -> None:
    # Fails if the sender only takes what was stored after its own start. Tried.
    web = prepared.start_web()
    prepared.prepay("o-1", merchant.url)
    paid = prepared.pay("o-1")
    kill(web)
    assert merchant.received == []

    prepared.start_sender()
    [received] = merchant.wait_for(1)
    assert received.body["trade_no"] == paid["trade_no"]
    prepared.start_web()
    assert prepared.call("GET", "/trades/o-1") == paid


def test_a_sender_killed_while_it_sends_sends_again(prepared: System, merchant: Merchant) -> None:
    # Fails if a callback is marked as done, or moved on by hours, before it is sent. Tried.
    merchant.answers_first(*[merchant.hang] * 3)
    prepared.start_web()
    for number in range(3):
        prepared.prepay(f"o-{number}", merchant.url)
        prepared.pay(f"o-{number}")
    sender = prepared.start_sender()
    merchant.wait_for(3)
    kill(sender)

    prepared.start_sender()
    received = merchant.wait_for(6)
    assert Counter(one.body["order_no"] for one in received) == {"o-0": 2, "o-1": 2, "o-2": 2}
    assert len({one.body["notify_id"] for one in received}) == 3


def test_sigterm_ends_a_sender_within_two_seconds(prepared: System, merchant: Merchant) -> None:
    # Fails if the threads are no daemons: the end waits for the merchant. Tried.
    merchant.answers_first(*[merchant.hang] * 20)
    prepared.start_web()
    for number in range(10):
        prepared.prepay(f"o-{number}", merchant.url)
        prepared.pay(f"o-{number}")
    sender = prepared.start_sender()
    merchant.wait_for(8)
    started = time.monotonic()
    sender.terminate()
    assert sender.wait(timeout=60) == 0
    assert time.monotonic() - started < 2


def test_a_thousand_payments_are_called_back_in_seconds(prepared: System, merchant: Merchant) -> None:
    # Fails if the loop waits its 50 ms after every result. Tried.
    prepared.start_web()
    numbers = [f"o-{number}" for number in range(1000)]

    def announce_and_pay(number: str) -> None:
        prepared.prepay(number, merchant.url)
        prepared.pay(number)

    with ThreadPoolExecutor(8) as payers:
        list(payers.map(announce_and_pay, numbers))
    started = time.monotonic()
    prepared.start_sender()
    received = merchant.wait_for(1000)
    seconds = time.monotonic() - started
    print(f"1,000 callbacks in {seconds:.1f} s, start of the process included")
    assert sorted(one.body["order_no"] for one in received) == sorted(numbers)
    assert seconds < 15


def test_ready_only_after_prepare_which_can_be_repeated(system: System, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    system.start_web()
    response = system.http.request("GET", system.url + "/readyz")
    assert (response.status, response.json()["code"]) == (503, "not_ready")
    assert [system.manage("prepare").returncode for _ in range(2)] == [0, 0]
    assert system.call("GET", "/readyz") == {"status": "ok"}


@pytest.mark.parametrize(
    ("chunked", "status", "code"), [(False, 413, "body_too_large"), (True, 401, "signature_refused")]
)
def test_a_body_that_is_too_long_is_refused_unread(prepared: System, chunked: bool, status: int, code: str) -> None:
    # In chunks it has no announced length; then Django reads none of it, and an empty body is not signed.
    prepared.start_web()
    chunks = iter([b"x" * 1000] * 100)
    headers = {"Connection": "close"} if chunked else {"Connection": "close", "Content-Length": "100000"}
    response = prepared.http.request("POST", prepared.url + "/prepay", body=chunks, headers=headers)
    assert (response.status, response.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "name",
    [
        "DJANGO_SECRET_KEY_FILE",
        "ALLOWED_HOSTS",
        "CHANNEL_DATABASE_FILE",
        "SANDBOX_MERCHANT_ID",
        "SANDBOX_KEY_ID",
        "SANDBOX_SECRET_FILE",
    ],
)
def test_a_missing_setting_is_named(system: System, name: str) -> None:
    result = system.manage("check", **{name: ""})
    assert result.returncode != 0
    assert f"The environment variable {name} is missing or empty." in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SANDBOX_SECRET_FILE", "/nowhere"),
        ("SANDBOX_SECRET_FILE", "/dev/null"),
        ("CALLBACK_STAIRCASE", "1,x"),
    ],
)
def test_a_wrong_setting_is_named(system: System, name: str, value: str) -> None:
    result = system.manage("check", **{name: value})
    assert result.returncode != 0
    assert name in result.stderr.splitlines()[-1]
