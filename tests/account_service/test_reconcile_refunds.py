"""Orders' refunds and the coins that were taken back are compared, and debts are looked at."""

from collections.abc import Iterator

import pytest
from django.db import connection

from account_service.ledger.models import Transfer
from tests.account_service.books import DEBT, credited, named, reconcile
from tests.account_service.commands import Refund, applied
from tests.account_service.shop import Shop
from tests.account_service.stories import without_triggers


@pytest.mark.parametrize("kind", ["refund_unhold", "refund"])
def test_a_refund_that_was_taken_in_part_is_named(shop: Shop, kind: str) -> None:
    """Fault tried: 2 made 1 in HALF_POSTED."""
    refund = Refund(credited(shop))
    applied(refund.hold(), refund.take())
    shop.query("UPDATE recharge_order SET status = 'refunded' WHERE order_no = %s", refund.order_no)
    cause_id = Transfer.objects.get(kind="refund_unhold").cause_id

    without_triggers("DELETE FROM ledger_transfer WHERE kind = %s", [kind])

    assert ("refund_half_taken", cause_id) in named(reconcile()[1])


@pytest.fixture
def unchecked_debts(shop: Shop) -> Iterator[None]:
    """As after somebody took the constraint away."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_account DROP CONSTRAINT account_debt_is_owed")
        yield
        cursor.execute("UPDATE ledger_account SET balance = 0 WHERE kind = 'debt'")
        cursor.execute(
            "ALTER TABLE ledger_account ADD CONSTRAINT account_debt_is_owed CHECK (kind <> 'debt' OR balance <= 0)"
        )


def test_a_debt_above_zero_is_named(unchecked_debts: None) -> None:
    """Fault tried: `>` made `<` in DEBTS_ABOVE_ZERO."""
    without_triggers(DEBT, ["u-9", 3])

    assert ("debt_above_zero", "debt/u-9/COIN") in named(reconcile()[1])


@pytest.mark.parametrize(
    ("taken", "status", "expected", "in_flight"),
    [
        (True, "refunded", [], 0),
        (True, "refunding", [], 1),
        (True, "credited", ["refund_without_order"], 0),
        (False, "refunding", [], 0),
        (False, "refunded", ["refund_not_taken"], 0),
    ],
)
def test_the_orders_refund_and_the_ledgers_are_the_same(
    shop: Shop, taken: bool, status: str, expected: list[str], in_flight: int
) -> None:
    """Fault tried: _compare_refund left out; _report_not_taken_back left out; a `refunding` order not in flight."""
    refund = Refund(credited(shop))
    if taken:
        applied(refund.hold(), refund.take())
    shop.query("UPDATE recharge_order SET status = %s WHERE order_no = %s", status, refund.order_no)

    code, said = reconcile()

    assert named(said) == [(name, refund.order_no) for name in expected]
    assert (code, said["in_flight"]) == (len(expected), in_flight)
