"""A callback may be well signed and still make no sense: refused, one incident for a person, nothing else changes."""

import json
from typing import Any

import pytest

from order_service.recharge.models import Incident
from tests.order_service.stories import BUYER, CALLBACK, everything, payment_of, signed
from tests.support.callers import Answer, post

UNREADABLE: list[dict[str, Any]] = [
    *({"amount_minor": "600"}, {"amount_minor": 6.5}, {"amount_minor": True}, {"amount_minor": None}),
    *({"amount_minor": 10**400}, {"trade_no": ""}, {"trade_no": "x" * 101}, {"trade_no": "a\x00b"}, {"trade_no": 7}),
    *({"trade_no": "\ud800"}, {"order_no": None}, {"order_no": []}, {"merchant_id": {}}, {"notify_id": "\x00"}),
    *({"status": ""}, {"paid_at": "yesterday"}, {"paid_at": "2026-11-21T08:00:00"}, {"paid_at": 0}),
    *({"paid_at": "0001-01-01T00:00:00+23:59"}, {"paid_at": "9999-12-31T23:59:59-23:59"}),
]


@pytest.mark.parametrize("changes", UNREADABLE)
def test_a_genuine_callback_that_cannot_be_read_is_refused(changes: dict[str, Any]) -> None:
    """Fault tried: `strict=True` left out of ChannelPayment; its bounds of `paid_at` left out."""
    order = BUYER.has_ordered()
    before = everything()

    answer = signed_post(json.dumps(payment_of(order) | changes).encode())

    assert answer.json(400)["code"] == "FAIL"
    assert all_but_incidents(everything()) == all_but_incidents(before)
    assert Incident.objects.get().reason == "unreadable"


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 16_000, b'{"a":' * 3_000])
def test_signed_rubbish_is_refused(raw: bytes) -> None:
    before = everything()

    assert [signed_post(raw).json(400)["code"] for _ in range(2)] == ["FAIL", "FAIL"]
    assert all_but_incidents(everything()) == all_but_incidents(before)
    assert list(Incident.objects.values_list("reason", "times_seen")) == [("unreadable", 2)]


def all_but_incidents(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    return {name: stored for name, stored in rows.items() if name != "Incident"}


def signed_post(raw: bytes) -> Answer:
    return post(CALLBACK, raw, **signed(raw))
