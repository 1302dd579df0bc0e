"""A payer pays at the real channel, whose own sender calls this service back: both sides speak the same wire."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3
from pytest_django import Settings

from flextx.outbox.models import OutboxMessage
from flextx.testing import wait_until
from order_service.recharge.models import Incident, Order, Payment
from tests.order_service.processes import own_web
from tests.order_service.stories import BUYER
from tests.support.web_process import WebProcess


@pytest.fixture
def till(channel: WebProcess, refund_sender: None, settings: Settings, tmp_path: Path) -> Iterator[None]:
    """The channel with its sender, told to call a real process of the order service."""
    with own_web(tmp_path) as web:
        settings.PUBLIC_URL = web.url
        yield


def pay(order: Order, **misbehave: Any) -> None:
    assert order.payment_url is not None
    body = json.dumps({"misbehave": misbehave}).encode()
    assert urllib3.request("POST", order.payment_url, body=body, timeout=5, retries=False).status == 200


def status_is(order: Order, status: str) -> bool:
    return Order.objects.get(pk=order.pk).status == status


def test_the_payer_presses_the_button_and_the_order_is_completed(till: None) -> None:
    """Fault tried: `notify_url` misspelt."""
    order = BUYER.has_ordered("coins-600")

    pay(order)

    wait_until(lambda: status_is(order, "completed"))
    assert [(row.state, row.amount_minor) for row in Payment.objects.all()] == [("accepted", 6000)]
    assert OutboxMessage.objects.count() == 1
    assert Incident.objects.count() == 0


def test_a_channel_that_calls_back_ten_times_pays_once(till: None) -> None:
    order = BUYER.has_ordered()

    pay(order, duplicate=9)
    other = BUYER.has_ordered()
    pay(other)

    wait_until(lambda: status_is(order, "completed") and status_is(other, "completed"))
    assert Payment.objects.filter(order=order).count() == 1
    assert OutboxMessage.objects.count() == 2


def test_a_channel_that_says_another_amount_is_not_believed(till: None) -> None:
    order = BUYER.has_ordered()

    pay(order, amount_minor=1)

    wait_until(lambda: Incident.objects.filter(reason="amount_mismatch", times_seen__gte=2).exists())
    assert status_is(order, "pending")
    assert (Payment.objects.count(), OutboxMessage.objects.count()) == (0, 0)


def test_a_channel_that_takes_the_money_twice_owes_one_of_them(till: None) -> None:
    order = BUYER.has_ordered()

    pay(order)
    pay(order, second_trade=True)

    wait_until(lambda: Payment.objects.count() == 2)
    assert sorted(row.state for row in Payment.objects.all()) == ["accepted", "to_refund"]
    assert status_is(order, "completed")
    assert OutboxMessage.objects.count() == 1
