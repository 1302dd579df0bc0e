"""What a payer can tell the channel to do wrong when money is to go back."""

import threading
import time
from dataclasses import replace
from typing import Any

import pytest
from channel import Channel, Response, json_of, refused, until
from pytest_django import Settings

from sandbox_channel.models import Refund, Trade

SILENCE_SECONDS = 0.2


@pytest.fixture(autouse=True)
def short_silence(settings: Settings) -> None:
    settings.SANDBOX_CHANNEL = replace(settings.SANDBOX_CHANNEL, silence_seconds=SILENCE_SECONDS)


def paid(channel: Channel, order_no: str = "o-1", **misbehave: Any) -> str:
    channel.prepay(order_no)
    number: str = json_of(channel.pay(order_no, no_callback=True, **misbehave))["trade_no"]
    return number


def state_of(channel: Channel, refund_no: str = "r-1") -> str:
    state: str = json_of(channel.get(f"/refunds/{refund_no}"))["status"]
    return state


def broken(response: Response) -> None:
    assert (response.status_code, response.content) == (200, b'{"refund_no": "')


def test_three_spoilt_answers_fail_stay_away_and_break(channel: Channel) -> None:
    """Fault tried: the refund accepted before an answer fails."""
    trade_no = paid(channel, refund_unknown=3)

    assert channel.refund(trade_no, 648).status_code == 500
    assert Refund.objects.count() == 0  # nothing was done: it is not found, and sent again
    refused(channel.get("/refunds/r-1"), 404, "refund_unknown")

    began = time.monotonic()
    channel.refund(trade_no, 648)
    assert time.monotonic() - began >= SILENCE_SECONDS
    assert Refund.objects.count() == 1  # done, but nobody was told
    broken(channel.get("/refunds/r-1"))
    assert state_of(channel) == "PROCESSING"


def test_a_broken_answer_hides_a_refund_that_was_made_and_one_that_was_refused(channel: Channel) -> None:
    """Fault tried: refusals passed on by spoilt answers."""
    too_much, enough = paid(channel, refund_unknown=1), paid(channel, "o-2", refund_unknown=1)

    broken(channel.refund(too_much, 649))
    broken(channel.refund(enough, 648, "r-2"))

    assert list(Refund.objects.values_list("refund_no", flat=True)) == ["r-2"]
    refused(channel.refund(too_much, 649), 409, "refund_too_large")


def test_only_answers_about_this_trade_are_spoilt(channel: Channel) -> None:
    """Fault tried: any trade's answers taken for this one's."""
    spoilt, other = paid(channel, refund_unknown=1), paid(channel, "o-2")

    assert json_of(channel.refund(other, 648))["status"] == "PROCESSING"
    assert state_of(channel) == "PROCESSING"
    assert channel.trade()["status"] == "SUCCESS"
    assert dict(Trade.objects.values_list("trade_no", "refund_unknown_answers_left")) == {spoilt: 1, other: 0}


def test_a_refund_that_fails_gives_nothing_back(channel: Channel, sender: threading.Thread) -> None:
    """Fault tried: the line of settle_refunds that says FAILED left out."""
    trade_no = paid(channel, refund_fail=True)
    channel.refund(trade_no, 648)

    until(lambda: state_of(channel) == "FAILED")

    assert json_of(channel.refund(trade_no, 648))["status"] == "FAILED"  # this number stays failed
    assert channel.trade()["status"] == "SUCCESS"
    assert json_of(channel.refund(trade_no, 648, "r-2"))["status"] == "PROCESSING"  # no money went back with r-1


def test_a_delayed_refund_is_processing_until_then(channel: Channel, sender: threading.Thread) -> None:
    """Fault tried: `due_at` not asked for in settle_refunds."""
    slow, quick = paid(channel, refund_delay_seconds=0.7), paid(channel, "o-2")
    channel.refund(slow, 648, "slow")
    channel.refund(quick, 648, "quick")

    until(lambda: state_of(channel, "quick") == "SUCCESS")
    assert state_of(channel, "slow") == "PROCESSING"
    until(lambda: state_of(channel, "slow") == "SUCCESS")
    refund = Refund.objects.get(refund_no="slow")
    assert refund.settled_at is not None
    assert (refund.settled_at - refund.created_at).total_seconds() >= 0.7


def test_many_numbers_at_once_never_refund_more_than_was_paid(channel: Channel) -> None:
    """Fault tried: accept_refund without its transaction."""
    from django.db import connections

    trade_no = paid(channel)
    answers: list[int] = []

    def refund(number: int) -> None:
        answers.append(channel.refund(trade_no, 300, f"r-{number}").status_code)
        connections.close_all()

    threads = [threading.Thread(target=refund, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [200] * 2 + [409] * 18
    assert Refund.objects.count() == 2


@pytest.mark.parametrize(
    "misbehave", [{"refund_unknown": -1}, {"refund_unknown": True}, {"refund_fail": 1}, {"refund_delay_seconds": "1"}]
)
def test_what_cannot_be_understood_pays_nothing(channel: Channel, misbehave: dict[str, Any]) -> None:
    channel.prepay()
    refused(channel.pay(**misbehave), 400, "bad_request")
    assert Trade.objects.count() == 0


def test_the_silence_is_longer_than_a_merchant_waits() -> None:
    from sandbox_channel.conf import ChannelSettings

    assert ChannelSettings.__dataclass_fields__["silence_seconds"].default > 3.0
