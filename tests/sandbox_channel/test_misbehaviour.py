"""What a payer can tell the channel to do wrong."""

import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from channel import Channel, json_of, refused, until, until_acknowledged
from merchant import Merchant

from sandbox_channel.errors import SignatureRefused
from sandbox_channel.models import Callback, Trade


def test_duplicates_come_with_the_same_and_with_other_notify_ids(
    channel: Channel, merchant: Merchant, sender: threading.Thread
) -> None:
    channel.prepay()
    trade_no = json_of(channel.pay(duplicate=4))["trade_no"]
    received = merchant.wait_for(5)
    until_acknowledged(5)
    assert {one.body["trade_no"] for one in received} == {trade_no}
    counts = Counter(one.body["notify_id"] for one in received)
    assert sorted(counts.values()) == [1, 1, 3]
    assert Trade.objects.count() == 1


def test_a_delayed_callback_comes_later(channel: Channel, merchant: Merchant, sender: threading.Thread) -> None:
    # Fails if due_callbacks does not ask for next_at. Tried.
    channel.prepay()
    started = time.monotonic()
    channel.pay(delay_seconds=0.7)
    row = Callback.objects.get()
    assert row.next_at == row.trade.paid_at + timedelta(seconds=0.7)
    assert channel.trade()["status"] == "SUCCESS"
    [received] = merchant.wait_for(1)
    assert received.at - started >= 0.7


def test_another_amount_is_what_trade_query_and_callback_say(
    channel: Channel, merchant: Merchant, sender: threading.Thread
) -> None:
    channel.prepay()
    assert json_of(channel.pay(amount_minor=1))["amount_minor"] == 1
    assert merchant.wait_for(1)[0].body["amount_minor"] == 1
    assert channel.trade()["amount_minor"] == 1


def test_money_for_a_closed_order_is_taken_only_when_asked_to(
    channel: Channel, merchant: Merchant, sender: threading.Thread
) -> None:
    # Fails if pay_order counts no trade for a payment that is too late. Tried.
    channel.prepay()
    channel.close()
    refused(channel.pay(), 409, "order_closed")
    assert Trade.objects.count() == 0

    paid = json_of(channel.pay(after_close=True))

    assert (paid["status"], channel.trade()) == ("SUCCESS", paid)
    assert merchant.wait_for(1)[0].body["trade_no"] == paid["trade_no"]
    refused(channel.close(), 409, "order_paid")
    assert Trade.objects.count() == 1


def test_a_wrong_signature_is_wrong_at_every_attempt(
    channel: Channel, merchant: Merchant, sender: threading.Thread
) -> None:
    merchant.answers_first(lambda handler: handler.say(403), lambda handler: handler.say(403))
    channel.prepay()
    channel.pay(wrong_signature=True)
    for received in merchant.wait_for(3):
        with pytest.raises(SignatureRefused, match="does not fit"):
            received.check(key_id="key-1", secret=channel.secret, now=time.time())


def test_no_callback_leaves_only_the_query(channel: Channel, merchant: Merchant, sender: threading.Thread) -> None:
    channel.prepay("silent")
    channel.prepay("loud")
    channel.pay("silent", no_callback=True)
    channel.pay("loud")
    until_acknowledged(1)
    assert merchant.orders() == ["loud"]
    assert Callback.objects.count() == 1
    assert channel.trade("silent")["status"] == "SUCCESS"


@pytest.mark.parametrize("paid_before", [False, True])
def test_a_second_trade_is_called_back_too(
    channel: Channel, merchant: Merchant, sender: threading.Thread, paid_before: bool
) -> None:
    channel.prepay()
    if paid_before:
        channel.pay()
    first = json_of(channel.pay(second_trade=True))["trade_no"]
    received = merchant.wait_for(2)
    until_acknowledged(2)
    trades = {one.body["trade_no"] for one in received}
    assert len(trades) == Trade.objects.count() == 2
    assert first in trades
    assert len({one.body["notify_id"] for one in received}) == 2
    assert channel.trade()["trade_no"] == first


def test_everything_at_once(channel: Channel, merchant: Merchant, sender: threading.Thread) -> None:
    channel.prepay()
    channel.pay(duplicate=1, second_trade=True, amount_minor=5, delay_seconds=0.2, query_unknown=1)
    received = merchant.wait_for(4)
    until(lambda: Callback.objects.filter(acknowledged_at__isnull=True).count() == 0)
    assert Counter(one.body["amount_minor"] for one in received) == {5: 4}
    assert sorted(Counter(one.body["trade_no"] for one in received).values()) == [2, 2]
    assert channel.get("/trades/o-1").status_code == 500
    assert channel.trade()["amount_minor"] == 5
