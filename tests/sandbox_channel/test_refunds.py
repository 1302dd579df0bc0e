"""Money back: promised first, carried out by the sender process, never twice."""

import threading
from typing import Any

import pytest
from channel import Channel, json_of, refused, until

from sandbox_channel.models import Refund, Trade


@pytest.fixture
def trade_no(channel: Channel) -> str:
    channel.prepay()
    number: str = json_of(channel.pay(no_callback=True))["trade_no"]
    return number


def settled(channel: Channel, refund_no: str = "r-1") -> dict[str, Any]:
    until(lambda: Refund.objects.filter(refund_no=refund_no, settled_at__isnull=False).exists())
    return json_of(channel.get(f"/refunds/{refund_no}"))


def test_a_refund_is_promised_and_then_carried_out(
    channel: Channel, trade_no: str, request: pytest.FixtureRequest
) -> None:
    promised = {"refund_no": "r-1", "trade_no": trade_no, "amount_minor": 648, "status": "PROCESSING"}
    assert json_of(channel.refund(trade_no, 648)) == promised
    assert json_of(channel.get("/refunds/r-1")) == promised
    assert channel.trade()["status"] == "SUCCESS"

    request.getfixturevalue("sender")
    assert settled(channel) == promised | {"status": "SUCCESS"}
    assert channel.trade()["status"] == "REFUND"
    assert "Paid, and refunded" in channel.client.get("/pay/o-1").content.decode()


def test_the_same_refund_number_never_refunds_twice(channel: Channel, trade_no: str, sender: threading.Thread) -> None:
    # Fails if the known refund is not looked up first. Tried.
    channel.refund(trade_no, 300)
    first = settled(channel)
    assert json_of(channel.refund(trade_no, 300)) == first
    assert Refund.objects.count() == 1


@pytest.mark.parametrize("change", ["amount", "trade"])
def test_the_same_refund_number_for_something_else_is_refused(channel: Channel, trade_no: str, change: str) -> None:
    # Fails if the comparison with the known refund is left out. Tried.
    channel.prepay("o-2")
    other = json_of(channel.pay("o-2"))["trade_no"]
    channel.refund(trade_no, 300)
    again = channel.refund(trade_no, 301) if change == "amount" else channel.refund(other, 300)
    refused(again, 409, "refund_differs")
    assert list(Refund.objects.values_list("trade__trade_no", "amount_minor")) == [(trade_no, 300)]


def test_no_more_goes_back_than_was_paid(channel: Channel, trade_no: str) -> None:
    # Fails if only this refund's own amount is compared. Tried.
    refused(channel.refund(trade_no, 649), 409, "refund_too_large")
    json_of(channel.refund(trade_no, 400, "r-1"))
    refused(channel.refund(trade_no, 249, "r-2"), 409, "refund_too_large")
    json_of(channel.refund(trade_no, 248, "r-3"))
    assert sum(Refund.objects.values_list("amount_minor", flat=True)) == 648


def test_refunding_the_second_trade_leaves_the_first_paid(channel: Channel, sender: threading.Thread) -> None:
    channel.prepay()
    first = json_of(channel.pay(second_trade=True))["trade_no"]
    second = Trade.objects.exclude(trade_no=first).get().trade_no
    channel.refund(second, 648)
    settled(channel)
    assert channel.trade()["trade_no"] == first
    assert channel.trade()["status"] == "SUCCESS"


def test_unknown_trades_and_refunds_are_not_found(channel: Channel) -> None:
    refused(channel.refund("t-9", 1), 404, "trade_unknown")
    refused(channel.get("/refunds/r-9"), 404, "refund_unknown")
    assert Refund.objects.count() == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"refund_no": "r-1", "trade_no": "t-1"}',
        b'{"refund_no": "r-1", "trade_no": "t-1", "amount_minor": 0}',
        b'{"refund_no": "r-1", "trade_no": "t-1", "amount_minor": 1.0}',
        b'{"refund_no": "r/1", "trade_no": "t-1", "amount_minor": 1}',
        b'{"refund_no": null, "trade_no": "t-1", "amount_minor": 1}',
        b'{"refund_no": "r-1", "trade_no": ["t-1"], "amount_minor": 1}',
    ],
)
def test_a_refund_that_cannot_be_understood_is_refused(channel: Channel, body: bytes) -> None:
    refused(channel.post("/refunds", body), 400, "bad_request")
    assert Refund.objects.count() == 0
