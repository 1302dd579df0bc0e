"""Answers about a refund that the channel should never give: none of them is believed."""

import json

import pytest

from flextx.outcome import Outcome
from order_service.refunds.channel import ChannelRefund, refund_no_of
from tests.order_service.oracle import Oracle
from tests.order_service.test_refund_channel import AMOUNT_MINOR, refund


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, b"<html>no such page</html>"),
        (404, b'{"code": "not_found"}'),
        (400, b'{"code": "bad_request"}'),
        (401, b'{"code": "signature_refused"}'),
        (409, b'{"code": "refund_differs"}'),
        (429, b'{"code": "refund_too_large"}'),
        (500, b'{"status": "SUCCESS"}'),
        (200, b'{"status": "SUCCESS"}'),
        (200, b'{"status": "FAILED"}'),
        (200, b'["SUCCESS"]'),
    ],
)
def test_anything_else_is_unknown_and_sends_nothing(oracle: Oracle, status: int, body: bytes) -> None:
    """Fault tried: any 4xx taken for REFUSED; any 404 taken for "not found"; a 200 believed without its terms."""
    oracle.status, oracle.body = status, body

    assert refund("t-1").outcome is Outcome.UNKNOWN
    assert oracle.asked == ["GET"]


def test_a_status_that_is_not_known_here_is_unknown(oracle: Oracle) -> None:
    terms = {"refund_no": refund_no_of("t-1"), "trade_no": "t-1", "amount_minor": AMOUNT_MINOR}
    oracle.body = json.dumps(terms | {"status": "REVERSED"}).encode()

    assert refund("t-1") == ChannelRefund(Outcome.UNKNOWN, "the channel says REVERSED")


def test_the_refund_number_is_the_trades_for_ever() -> None:
    """Fault tried: another namespace."""
    assert refund_no_of("t-1") == "RF533d2e9e143a540d925ed681b019f664"
