"""The payer's page, and what happens when the button is pressed."""

import pytest
from channel import Channel, json_of, refused, rows
from django.db import connection

from sandbox_channel.models import Prepay
from sandbox_channel.money import shown_amount

PAID = {"Prepay": 1, "Trade": 1, "Callback": 1, "Refund": 0}
UNPAID = {"Prepay": 1, "Trade": 0, "Callback": 0, "Refund": 0}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def page(channel: Channel, order_no: str = "o-1") -> str:
    response = channel.client.get(f"/pay/{order_no}", headers=BROWSER)
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_shows_amount_and_state_and_needs_no_script(channel: Channel) -> None:
    channel.prepay()
    html = page(channel)
    assert '<html lang="en">' in html
    assert "<h1>" in html
    assert '<dd role="status">Not paid yet</dd>' in html
    assert '<form method="post"><button type="submit">Pay 6.48 CNY</button></form>' in html
    assert "<script" not in html


def test_the_button_pays_and_leads_back_to_the_page(channel: Channel) -> None:
    channel.prepay()
    response = channel.client.post("/pay/o-1", headers=BROWSER)
    assert (response.status_code, response.headers["Location"]) == (303, "/pay/o-1")
    html = page(channel)
    assert '<dd role="status">Paid</dd>' in html
    assert "<button" not in html
    assert rows() == PAID


def test_a_closed_order_cannot_be_paid(channel: Channel) -> None:
    channel.prepay()
    channel.close()
    refused(channel.pay(), 409, "order_closed")
    refused(channel.pay(second_trade=True), 409, "order_closed")
    response = channel.client.post("/pay/o-1", headers=BROWSER)
    assert response.status_code == 409
    assert '<dd role="status">Closed: it cannot be paid any more</dd>' in response.content.decode()
    assert "<button" not in page(channel)
    assert rows() == UNPAID


def test_a_program_gets_the_trade_as_json(channel: Channel) -> None:
    channel.prepay()
    answer = json_of(channel.pay())
    assert answer == channel.trade()
    assert answer["status"] == "SUCCESS"


def test_paying_twice_is_paying_once(channel: Channel) -> None:
    # Fails if the update in pay_order drops its paid_at=None. Tried.
    channel.prepay()
    assert json_of(channel.pay()) == json_of(channel.pay())
    assert rows() == PAID


def test_an_order_never_announced_cannot_be_paid(channel: Channel) -> None:
    refused(channel.pay("o-9"), 404, "order_unknown")
    refused(channel.client.get("/pay/o-9"), 404, "order_unknown")
    refused(channel.client.get("/pay/%00%ff"), 404, "order_unknown")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b"[]",
        b'{"misbehave": null}',
        b'{"misbehave": []}',
        b'{"misbehaviour": {}}',
        b'{"misbehave": {"duplicates": 2}}',
        b'{"misbehave": {"duplicate": -1}}',
        b'{"misbehave": {"duplicate": 21}}',
        b'{"misbehave": {"duplicate": true}}',
        b'{"misbehave": {"duplicate": "2"}}',
        b'{"misbehave": {"delay_seconds": -0.1}}',
        b'{"misbehave": {"delay_seconds": 1e999}}',
        b'{"misbehave": {"delay_seconds": NaN}}',
        b'{"misbehave": {"amount_minor": 0}}',
        b'{"misbehave": {"amount_minor": null}}',
        b'{"misbehave": {"amount_minor": 1.5}}',
        b'{"misbehave": {"wrong_signature": 1}}',
        b'{"misbehave": {"no_callback": "yes"}}',
        b'{"misbehave": {"second_trade": null}}',
        b'{"misbehave": {"query_unknown": 1001}}',
        b"[" * 60_000,
    ],
)
def test_misbehaviour_that_is_not_known_pays_nothing(channel: Channel, body: bytes) -> None:
    # Fails if unknown keys are passed over. Tried.
    channel.prepay()
    refused(channel.client.post("/pay/o-1", body, content_type="application/json"), 400, "bad_request")
    assert rows() == UNPAID


def test_the_trade_and_its_callback_are_stored_together_or_not_at_all(channel: Channel) -> None:
    # Fails if @transaction.atomic is taken from pay_order. Tried.
    channel.prepay()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER full_disk BEFORE INSERT ON sandbox_channel_callback"
            " BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    try:
        refused(channel.pay(), 500, "internal")
        assert channel.trade()["status"] == "NOTPAY"
        assert rows() == UNPAID
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER full_disk")
    json_of(channel.pay())
    assert rows() == PAID


@pytest.mark.parametrize(
    ("amount_minor", "currency", "shown"),
    [(1, "CNY", "0.01 CNY"), (100, "CNY", "1.00 CNY"), (648, "JPY", "648 JPY"), (5, "KWD", "0.005 KWD")],
)
def test_amounts_are_shown_as_a_payer_reads_them(amount_minor: int, currency: str, shown: str) -> None:
    assert shown_amount(Prepay(amount_minor=amount_minor, currency=currency)) == shown
