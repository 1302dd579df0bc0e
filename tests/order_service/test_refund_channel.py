"""What the channel answers about a refund becomes OK, REFUSED or UNKNOWN, and nothing is refunded twice."""

import json
from typing import Any

import pytest
from pytest_django import Settings

from flextx.outcome import Outcome
from flextx.testing import wait_until
from order_service.recharge.channel_wire import call_channel
from order_service.refunds.channel import ChannelRefund, refund_at_channel, refund_no_of
from tests.order_service.stories import BUYER
from tests.order_service.test_operator_completes import pay
from tests.support.web_process import WebProcess

AMOUNT_MINOR = 600


@pytest.fixture(autouse=True)
def impatient(settings: Settings) -> None:
    settings.SANDBOX_TIMEOUT_SECONDS = 1.0


def paid_trade(**misbehave: object) -> str:
    return str(pay(BUYER.has_ordered(), **misbehave)["trade_no"])


def refund(trade_no: str, amount_minor: int = AMOUNT_MINOR) -> ChannelRefund:
    return refund_at_channel(refund_no=refund_no_of(trade_no), trade_no=trade_no, amount_minor=amount_minor)


def at_the_channel(trade_no: str) -> tuple[int, str | None]:
    status, answer = call_channel("GET", f"/refunds/{refund_no_of(trade_no)}", b"")
    return status, answer.get("status")


def settled(trade_no: str) -> ChannelRefund:
    wait_until(lambda: at_the_channel(trade_no)[1] in ("SUCCESS", "FAILED"))
    return refund(trade_no)


def test_a_refund_is_under_way_until_the_channel_says_success(channel: WebProcess, refund_sender: None) -> None:
    """Fault tried: PROCESSING taken for OK."""
    trade_no = paid_trade(refund_delay_seconds=0.5)

    assert refund(trade_no) == ChannelRefund(Outcome.UNKNOWN, "the channel says PROCESSING")
    assert settled(trade_no) == ChannelRefund(Outcome.OK, "the channel says SUCCESS")
    assert settled(trade_no) == ChannelRefund(Outcome.OK, "the channel says SUCCESS")


def test_failed_is_a_definite_no(channel: WebProcess, refund_sender: None) -> None:
    """Fault tried: FAILED taken for UNKNOWN."""
    trade_no = paid_trade(refund_fail=True)

    refund(trade_no)
    assert settled(trade_no) == ChannelRefund(Outcome.REFUSED, "the channel says FAILED")


def test_not_found_after_an_unknown_outcome_is_sent_again_with_the_same_number(
    channel: WebProcess, refund_sender: None
) -> None:
    """Fault tried: nothing sent when it is not found; a random refund number."""
    trade_no = paid_trade(refund_unknown=3)

    assert refund(trade_no).outcome is Outcome.UNKNOWN  # answered with an error, and nothing was done
    assert at_the_channel(trade_no) == (404, None)
    assert refund(trade_no).outcome is Outcome.UNKNOWN  # done in silence
    assert refund(trade_no).outcome is Outcome.UNKNOWN  # asked for, and broken

    assert settled(trade_no).outcome is Outcome.OK
    status, answer = call_channel("POST", "/refunds", json.dumps(one_more(trade_no)).encode())
    assert (status, answer["code"]) == (409, "refund_too_large")  # all that was paid went back, and once


def one_more(trade_no: str) -> dict[str, Any]:
    return {"refund_no": f"another-{trade_no[:40]}", "trade_no": trade_no, "amount_minor": 1}


def test_what_the_channel_refuses_at_once_is_refused(channel: WebProcess) -> None:
    """Fault tried: refusals of POST /refunds taken for UNKNOWN."""
    trade_no = paid_trade()

    refused = [refund(trade_no, AMOUNT_MINOR + 1), refund("t-never")]

    assert refused == [
        ChannelRefund(Outcome.REFUSED, "the channel refuses: refund_too_large"),
        ChannelRefund(Outcome.REFUSED, "the channel refuses: trade_unknown"),
    ]
    assert at_the_channel(trade_no) == (404, None)


def test_a_number_the_channel_knows_with_other_terms_is_for_a_person(channel: WebProcess, refund_sender: None) -> None:
    """Fault tried: the answer not compared with what was asked for."""
    trade_no = paid_trade()
    refund(trade_no, 1)

    assert settled(trade_no).outcome is Outcome.UNKNOWN


def test_while_the_channel_is_away_nobody_knows() -> None:
    assert refund("t-1") == ChannelRefund(Outcome.UNKNOWN, "no answer that can be read (HTTP failed )")
