"""What the merchant learns by asking, and the close."""

import json
from datetime import datetime

import pytest
from channel import Channel, json_of, refused
from django.db import IntegrityError
from django.utils import timezone

from sandbox_channel.models import ClosedUnseen, Prepay, Trade


def test_an_order_never_announced_is_not_found(channel: Channel) -> None:
    refused(channel.get("/trades/o-9"), 404, "order_unknown")
    assert Prepay.objects.count() == 0


def test_an_order_closed_before_it_was_announced_stays_closed(channel: Channel) -> None:
    """A prepay that was still on its way comes too late, and nobody can pay what it asked for."""
    # Fails if accept_prepay does not ask for ClosedUnseen. Tried.
    closed = json_of(channel.close("o-9"))

    nothing = {"trade_no": None, "amount_minor": None, "currency": None, "paid_at": None}
    assert closed == {"order_no": "o-9", "status": "CLOSED"} | nothing
    assert json_of(channel.close("o-9")) == channel.trade("o-9") == closed
    refused(channel.prepay("o-9"), 409, "order_closed")
    refused(channel.pay("o-9"), 404, "order_unknown")
    assert (Prepay.objects.count(), Trade.objects.count(), ClosedUnseen.objects.count()) == (0, 0, 1)


def test_a_second_trade_is_told_beside_the_first(channel: Channel) -> None:
    channel.prepay()
    channel.pay(second_trade=True, no_callback=True)

    first, second = Trade.objects.order_by("pk")
    told = channel.trade()
    assert (told["trade_no"], [one["trade_no"] for one in told["more_trades"]]) == (first.trade_no, [second.trade_no])
    assert told["more_trades"] == [
        {name: told[name] for name in told if name != "more_trades"} | {"trade_no": second.trade_no}
    ]


def test_an_unpaid_order_says_so(channel: Channel) -> None:
    channel.prepay()
    assert channel.trade() == {
        "order_no": "o-1",
        "trade_no": None,
        "status": "NOTPAY",
        "amount_minor": 648,
        "currency": "CNY",
        "paid_at": None,
    }


def test_a_paid_order_names_its_trade(channel: Channel) -> None:
    channel.prepay()
    channel.pay()
    trade, answer = Trade.objects.get(), channel.trade()
    assert datetime.fromisoformat(answer.pop("paid_at")) == trade.paid_at
    assert answer == {
        "order_no": "o-1",
        "trade_no": trade.trade_no,
        "status": "SUCCESS",
        "amount_minor": 648,
        "currency": "CNY",
    }


def test_closing_twice_is_closing_once(channel: Channel) -> None:
    channel.prepay()
    assert json_of(channel.close())["status"] == "CLOSED"
    closed_at = Prepay.objects.get().closed_at
    assert json_of(channel.close()) == channel.trade()
    assert Prepay.objects.get().closed_at == closed_at


def test_a_paid_order_cannot_be_closed(channel: Channel) -> None:
    # Fails if close_order does not look at paid_at. Tried.
    channel.prepay()
    channel.pay()
    refused(channel.close(), 409, "order_paid")
    assert channel.trade()["status"] == "SUCCESS"
    assert Prepay.objects.get().closed_at is None


def test_the_database_itself_refuses_paid_and_closed(channel: Channel) -> None:
    # Fails if the constraint prepay_paid_xor_closed is taken out. Tried.
    channel.prepay()
    channel.pay()
    with pytest.raises(IntegrityError, match="prepay_paid_xor_closed"):
        Prepay.objects.update(closed_at=timezone.now())


def test_queries_fail_as_often_as_asked_for(channel: Channel) -> None:
    # Fails if the answers left are not counted down. Tried.
    channel.prepay()
    paid = json_of(channel.pay(query_unknown=2, no_callback=True))
    for _ in range(2):
        unknown = channel.get("/trades/o-1")
        assert unknown.status_code == 500
        with pytest.raises(ValueError, match="Expecting value"):
            json.loads(unknown.content)
    assert channel.trade() == paid


def test_queries_of_an_order_paid_before_can_be_told_to_fail(channel: Channel) -> None:
    channel.prepay()
    channel.pay()
    channel.pay(query_unknown=1)
    assert channel.get("/trades/o-1").status_code == 500
    assert channel.trade()["status"] == "SUCCESS"
    assert Trade.objects.count() == 1


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_health_needs_no_signature(channel: Channel, path: str) -> None:
    assert json_of(channel.client.get(path)) == {"status": "ok"}
