"""An order is announced before it is paid."""

import json
from dataclasses import replace
from typing import Any

import pytest
from channel import Channel, json_of, refused, rows

from sandbox_channel.models import Prepay

ONE_PREPAY = {"Prepay": 1, "Trade": 0, "Callback": 0, "Refund": 0}
NOTHING = ONE_PREPAY | {"Prepay": 0}


def test_an_announced_order_has_a_page_to_pay_at(channel: Channel) -> None:
    answer = json_of(channel.prepay("o-1"))
    assert answer["pay_url"] == "http://testserver/pay/o-1"
    assert answer["prepay_id"]
    assert rows() == ONE_PREPAY


def test_payers_are_sent_to_the_public_address_where_there_is_one(channel: Channel, settings: Any) -> None:
    # In containers the merchant asks at a name that no payer's browser knows.
    settings.SANDBOX_CHANNEL = replace(settings.SANDBOX_CHANNEL, public_url="https://pay.example.com")
    assert json_of(channel.prepay("o-1"))["pay_url"] == "https://pay.example.com/pay/o-1"


def test_the_same_order_again_gets_the_same_answer(channel: Channel) -> None:
    # Fails if get_or_create becomes create. Tried.
    first = json_of(channel.prepay())
    assert json_of(channel.prepay()) == first
    channel.pay()
    assert json_of(channel.prepay(expires_at="2099-01-02T00:00:00Z")) == first
    assert Prepay.objects.count() == 1


@pytest.mark.parametrize("change", [{"amount_minor": 649}, {"currency": "USD"}])
def test_the_same_order_with_other_terms_is_refused(channel: Channel, change: dict[str, Any]) -> None:
    # Fails if the comparison of the terms is left out. Tried.
    channel.prepay()
    refused(channel.prepay(**change), 409, "order_differs")
    assert list(Prepay.objects.values_list("amount_minor", "currency")) == [(648, "CNY")]


def test_another_merchant_is_refused(channel: Channel) -> None:
    refused(channel.prepay(merchant_id="m-2"), 403, "merchant_unknown")
    assert rows() == NOTHING


WRONG: dict[str, list[Any]] = {
    "order_no": [
        *["", ".", "..", "a/b", "a b", "a\0", "\ud800", "荔枝", "x" * 65, "o-1\n"],
        *[7, None, True, [], {}],
    ],
    "merchant_id": ["", 1, None, "m" * 65],
    "amount_minor": [0, -1, 10**12 + 1, 10**400, 6.48, 648.0, "648", True, None, [648]],
    "currency": ["", "cny", "CNYX", "CN", "\uff23\uff2e\uff39", 156, None],
    "notify_url": [
        *["", "ftp://a/", "//a/b", "/b", "http://", "http:///b", "http://[::1", "http://a:99999/"],
        *["http://a:0/", "http://a b/", "http://荔/", "javascript:1", "http://a/\r\nX: y"],
        *["http://a/" + "x" * 1000, None, 1],
    ],
    "expires_at": [
        *["", "tomorrow", "2026-01-01", "2026-02-30T00:00:00Z", "2026-01-01T00:00:00"],
        *["2026-01-01T25:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-01:00"],
        *["\u0662026-01-01T00:00:00Z", None, 1795262400],
    ],
}


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in WRONG.items() for value in values])
def test_a_wrong_field_is_named_and_nothing_is_stored(channel: Channel, field: str, value: Any) -> None:
    answer = json_of(channel.prepay(**{field: value}), 400)
    assert answer["code"] == "bad_request"
    assert field in answer["message"]
    assert rows() == NOTHING


@pytest.mark.parametrize("field", ["order_no", "merchant_id", "amount_minor", "currency", "notify_url", "expires_at"])
def test_a_missing_field_is_named(channel: Channel, field: str) -> None:
    terms = channel.terms()
    del terms[field]
    answer = json_of(channel.post("/prepay", json.dumps(terms).encode()), 400)
    assert field in answer["message"]
    assert rows() == NOTHING


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"x"',
        b"\xff\xfe",
        b"\xc3\x28",
        b"\0",
        b'{"order_no": "\0"}',
        b'{"order_no": NaN}',
        b'{"amount_minor": 1e999}',
        b'{"amount_minor": ' + b"9" * 20_000 + b"}",
        b"[" * 60_000,
        b'{"a":' * 12_000,
        b"\xef\xbb\xbf{}",
    ],
    ids=range(15),
)
def test_a_body_that_is_no_json_object_is_refused(channel: Channel, body: bytes) -> None:
    # Fails if RecursionError is not caught (60,000 brackets). Tried.
    refused(channel.post("/prepay", body), 400, "bad_request")
    assert rows() == NOTHING


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_body_in_another_encoding_is_refused(channel: Channel, encoding: str) -> None:
    # Fails if the decoding is left to json, which guesses. Tried.
    refused(channel.post("/prepay", json.dumps(channel.terms()).encode(encoding)), 400, "bad_request")
    assert rows() == NOTHING


def test_a_body_over_64_kib_is_refused_unread(channel: Channel) -> None:
    padded = json.dumps(channel.terms()).encode().ljust(64 * 1024)
    refused(channel.post("/prepay", padded + b" "), 413, "body_too_large")
    assert rows() == NOTHING
    json_of(channel.post("/prepay", padded))


@pytest.mark.parametrize(("method", "path"), [("GET", "/prepay"), ("PUT", "/pay/o-1"), ("POST", "/trades/o-1")])
def test_other_methods_are_refused_in_json(channel: Channel, method: str, path: str) -> None:
    response = channel.client.generic(method, path)
    refused(response, 405, "method_not_allowed")
    assert response.headers["Allow"]


def test_an_unknown_address_is_refused_in_json(channel: Channel) -> None:
    refused(channel.get("/nowhere"), 404, "not_found")


def test_a_foreign_host_is_refused(channel: Channel) -> None:
    # The answer would carry a pay_url at that host.
    body = json.dumps(channel.terms()).encode()
    headers = channel.signed(body) | {"Host": "evil.example"}
    refused(channel.post("/prepay", body, headers), 400, "bad_request")
    assert rows() == NOTHING
