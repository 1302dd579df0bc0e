"""The sender goes on: past merchants who hang, and past faults of its own."""

import threading
import time
from dataclasses import replace

from channel import Channel, until, until_acknowledged
from django.test import override_settings
from merchant import Merchant

from sandbox_channel.conf import channel_settings
from sandbox_channel.models import Callback, Trade


def test_merchants_who_hang_do_not_hold_up_the_others(
    channel: Channel, merchant: Merchant, sender: threading.Thread
) -> None:
    # Fails with one thread: the others wait for the 5 seconds. Tried.
    merchant.answers_first(*[merchant.hang] * 7)
    for number in range(7):
        channel.prepay(f"hangs-{number}")
        channel.pay(f"hangs-{number}")
    merchant.wait_for(7)
    started = time.monotonic()
    channel.prepay("o-1")
    channel.pay("o-1")
    until_acknowledged(1)
    assert time.monotonic() - started < 3
    assert Callback.objects.get(acknowledged_at__isnull=False).trade.prepay.order_no == "o-1"


def test_a_merchant_who_hangs_is_asked_again_after_five_seconds(
    channel: Channel, merchant: Merchant, sender: threading.Thread
) -> None:
    # Fails if the timeout is left out. Tried.
    merchant.answers_first(merchant.hang)
    channel.prepay()
    channel.pay()
    first, second = merchant.wait_for(2)
    assert 4.5 < second.at - first.at < 7
    until_acknowledged(1)
    assert "ReadTimeoutError" in Callback.objects.get().last_error


def test_rows_that_cannot_be_sent_do_not_end_the_sender(
    channel: Channel, merchant: Merchant, sender: threading.Thread
) -> None:
    # Fails if a thread ends with what its row raised: twenty rows, eight threads. Tried.
    for number in range(20):
        channel.prepay(f"o-{number}")
        channel.pay(f"o-{number}", delay_seconds=3600)
    broken = replace(channel_settings(), secret=None)  # type: ignore[arg-type]  # a fault of ours, planted
    with override_settings(SANDBOX_CHANNEL=broken):
        Callback.objects.update(next_at=Trade.objects.earliest("pk").paid_at)
        until(lambda: not Callback.objects.filter(attempts=0).exists())
        assert merchant.received == []
    until_acknowledged(20)
    assert len(merchant.received) == 20
    assert "AttributeError" in Callback.objects.earliest("pk").last_error
