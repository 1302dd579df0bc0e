"""A refund whose merchant is told nothing useful, by real processes that are killed."""

import pytest
import urllib3
from channel import until
from merchant import Merchant
from processes import System, kill


def test_a_refund_survives_kill_9_of_everything(prepared: System, merchant: Merchant) -> None:
    """Fault tried: only refunds created after the sender's own start are carried out."""
    web = prepared.start_web()
    prepared.prepay("o-1", merchant.url)
    trade_no = prepared.pay("o-1", no_callback=True, refund_unknown=2)["trade_no"]
    terms = {"refund_no": "r-1", "trade_no": trade_no, "amount_minor": 648}
    kill(web)
    prepared.start_web()
    with pytest.raises(urllib3.exceptions.TimeoutError):
        prepared.call("POST", "/refunds", terms, timeout=0.5)

    kill(prepared.started[-1])
    prepared.start_web()
    with pytest.raises(ValueError):
        prepared.call("GET", "/refunds/r-1")
    assert prepared.call("POST", "/refunds", terms)["status"] == "PROCESSING"

    prepared.start_sender()
    until(lambda: prepared.call("GET", "/refunds/r-1")["status"] == "SUCCESS")
    assert prepared.call("POST", "/refunds", terms)["status"] == "SUCCESS"
