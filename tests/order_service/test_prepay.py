"""The payer's page comes from the channel, which may be away or slow; an order must not wait for it."""

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import urllib3
from django.db import connection, connections
from pytest_django import Settings

from flextx.testing import wait_until
from order_service.recharge.models import Order
from tests.order_service.stories import BUYER, STRANGER, has_paid
from tests.support.callers import Answer
from tests.support.web_process import WebProcess


def test_while_the_channel_is_away_the_order_has_no_page_and_a_repeat_asks_again(
    sandbox_channel: WebProcess, settings: Settings
) -> None:
    """Fault tried: the page asked for only when the order was just created."""
    first = BUYER.places(key="k-1").json(201)
    assert first["payment"] == {"url": None}

    settings.SANDBOX_URL = sandbox_channel.url
    again = BUYER.places(key="k-1").json(201)

    assert again == first | {"payment": {"url": f"{sandbox_channel.url}/pay/{first['order_no']}"}}
    assert Order.objects.get().payment_url == again["payment"]["url"]


def test_the_page_is_the_orders_and_can_be_paid(channel: WebProcess) -> None:
    """Fault tried: the product's id sent as `order_no`."""
    told = BUYER.places("coins-600").json(201)

    page = channel.http.request("GET", told["payment"]["url"])
    assert page.status == 200
    assert b"60.00" in page.data
    paid = channel.http.request("POST", told["payment"]["url"], body=b"", headers={"Accept": "application/json"})
    answer = json.loads(paid.data)
    assert (answer["order_no"], answer["status"], answer["amount_minor"]) == (told["order_no"], "SUCCESS", 6000)


def test_a_paid_order_gets_no_page_any_more(sandbox_channel: WebProcess, settings: Settings) -> None:
    """Fault tried: the order's status not looked at in place_order."""
    told = BUYER.places(key="k-1").json(201)
    has_paid(Order.objects.get())

    settings.SANDBOX_URL = sandbox_channel.url
    assert BUYER.places(key="k-1").json(201)["payment"] == {"url": None}
    assert channel_knows(sandbox_channel, told["order_no"]) is False


@pytest.fixture
def hanging_channel(settings: Settings) -> Iterator[socket.socket]:
    """Takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings.SANDBOX_URL = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings.SANDBOX_TIMEOUT_SECONDS = 3.0
        yield listener


def test_no_transaction_is_open_while_the_channel_is_asked(hanging_channel: socket.socket) -> None:
    """Fault tried: `@transaction.atomic` on place_order."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(order_in_a_thread)
        asked, _ = hanging_channel.accept()  # the request is under way now
        with asked:
            assert asked.recv(13) == b"POST /prepay "
            assert open_transactions() == 0
            assert Order.objects.get().payment_url is None  # committed, seen from another connection
            assert not waiting.done()
        told = waiting.result(timeout=60).json(201)

    assert told["payment"] == {"url": None}


def test_a_channel_that_never_answers_costs_the_timeout_and_no_more(
    hanging_channel: socket.socket, settings: Settings
) -> None:
    """Fault tried: a fixed minute given to the request as its timeout."""
    settings.SANDBOX_TIMEOUT_SECONDS = 0.2
    began = time.monotonic()

    assert STRANGER.places().json(201)["payment"] == {"url": None}
    assert 0.2 <= time.monotonic() - began < 5
    assert Order.objects.count() == 1


def test_an_answer_that_cannot_be_read_gives_no_page(hanging_channel: socket.socket) -> None:
    """Fault tried: ValueError not caught in _call."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(order_in_a_thread)
        asked, _ = hanging_channel.accept()
        with asked:
            asked.recv(10_000)
            asked.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>")
            wait_until(waiting.done)

    assert waiting.result().json(201)["payment"] == {"url": None}


def order_in_a_thread() -> Answer:
    try:
        return BUYER.places()
    finally:
        connections.close_all()


def open_transactions() -> int:
    """In the stories' database, other than the one that asks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
            " AND backend_type = 'client backend'"
        )
        row = cursor.fetchone()
    return int(row[0])


def channel_knows(channel: WebProcess, order_no: str) -> bool:
    return bool(urllib3.request("GET", f"{channel.url}/pay/{order_no}", timeout=5, retries=False).status == 200)
