"""Reconciliation compares the ledger with the orders of a real order service, and names what is wrong."""

import os
from pathlib import Path

import pytest
from django.core.management import CommandError

from tests.account_service.books import credited, named, reconcile
from tests.account_service.shop import COINS, Shop
from tests.account_service.stories import credit, deliver, everything, order_of, record_of


def test_good_books_have_no_difference(shop: Shop) -> None:
    for owner_id in ("u-1", "u-1", "u-2"):
        credited(shop, owner_id)
    shop.sells("u-3")  # not paid: nothing to credit
    before = everything()

    assert reconcile() == (0, {"service": "account-service", "checked": 5, "in_flight": 0, "differences": []})
    assert everything() == before


def test_the_token_may_come_through_a_pipe(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container, where no file holds it. Fault tried: the file read for each list."""
    token = Path(os.environ["SERVICE_TOKEN_FILE"]).read_text()
    reader, writer = os.pipe()
    os.write(writer, token.encode())
    os.close(writer)
    monkeypatch.setenv("SERVICE_TOKEN_FILE", f"/dev/fd/{reader}")
    credited(shop)

    assert reconcile()[0] == 0
    os.close(reader)


def test_more_orders_than_a_page_are_all_compared(shop: Shop) -> None:
    """Fault tried: `next` not followed in completed_orders."""
    missing = shop.is_paid(seconds_ago=60)
    numbers = [credited(shop) for _ in range(3)]
    shop.query(
        "INSERT INTO recharge_order (order_no, owner_id, owner_seq, product_id, coins, amount_minor, currency, channel,"
        " status, event_sequence, idempotency_key, request_fingerprint, expires_at, completed_at)"
        " SELECT 'B' || n, 'u-9', n, 'coins-60', 60, 600, 'CNY', 'sandbox', 'completed', 1, n, '',"
        " now() + interval '1 hour', now() - interval '1 minute'"
        " FROM generate_series(1, 450) AS n"
    )
    deliver(*(record_of(order_of("u-9", 60, order_no=f"B{n}")) for n in range(1, 451)))

    code, said = reconcile()

    assert (code, named(said)) == (1, [("missing_credit", missing)])  # the oldest order, on the last page
    assert said["checked"] == len(numbers) + 450 + 2 + 1  # credits, accounts, and the order without a credit


def test_what_was_just_paid_is_on_its_way_and_no_difference(shop: Shop) -> None:
    """Fault tried: the grace left out; a grace of 50 seconds."""
    just, long_ago = shop.is_paid(), shop.is_paid(seconds_ago=11)

    code, said = reconcile()

    assert (code, named(said), said["in_flight"]) == (1, [("missing_credit", long_ago)], 1)
    deliver(record_of(order_of("u-1", COINS, order_no=long_ago)), record_of(order_of("u-1", COINS, order_no=just)))
    assert reconcile()[0] == 0


def test_a_missing_credit_is_named(shop: Shop) -> None:
    """Fault tried: _report_missing left out."""
    credited(shop)
    order_no = shop.is_paid("u-2", seconds_ago=60)

    code, said = reconcile()

    assert (code, named(said)) == (1, [("missing_credit", order_no)])
    assert said["differences"][0]["detail"] == "completed, but u-2 never got 60 coins"


def test_what_the_order_calls_credited_has_no_grace(shop: Shop) -> None:
    """Fault tried: the grace given whatever the order's status is."""
    order_no = shop.is_paid()
    shop.calls_credited(order_no)

    code, said = reconcile()
    assert (code, named(said), said["in_flight"]) == (1, [("missing_credit", order_no)], 0)


def test_a_credit_without_an_order_is_named(shop: Shop) -> None:
    """Fault tried: the credits that no order claimed not reported."""
    credited(shop)
    stray = credit("u-2", COINS)
    unpaid = shop.sells("u-3")["order_no"]
    deliver(record_of(order_of("u-3", COINS, order_no=unpaid)))

    code, said = reconcile()

    assert code == 1
    assert sorted(named(said)) == sorted(
        [("credit_without_order", stray.cause_id), ("credit_without_order", str(unpaid))]
    )
    assert any(str(stray.transfer_id) in one["detail"] for one in said["differences"])


@pytest.mark.parametrize(
    ("column", "value", "name", "saying"),
    [
        ("coins", 61, "wrong_amount", "credited 60 coins, bought 61"),
        ("owner_id", "u-9", "wrong_owner", "credited u-1, bought by u-9"),
    ],
)
def test_a_wrong_amount_or_owner_is_named(shop: Shop, column: str, value: object, name: str, saying: str) -> None:
    """Fault tried: each of the two comparisons left out of _compare_with_orders."""
    credited(shop)
    order_no = credited(shop)
    statement = (
        "UPDATE recharge_order SET coins = %s" if column == "coins" else "UPDATE recharge_order SET owner_id = %s"
    )
    shop.query(f"{statement} WHERE order_no = %s", value, order_no)

    code, said = reconcile()

    assert (code, named(said)) == (1, [(name, order_no)])
    assert said["differences"][0]["detail"] == saying


def test_without_the_order_service_nothing_is_said_to_be_right(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault tried: an outage taken for a page without orders."""
    monkeypatch.setenv("ORDER_URL", "http://127.0.0.1:1")

    with pytest.raises(CommandError, match="cannot be read"):
        reconcile()


def test_a_token_that_is_not_taken_is_an_error_too(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("x.y.z")

    with pytest.raises(CommandError, match="answered 401"):
        reconcile()
