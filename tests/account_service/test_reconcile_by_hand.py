"""What somebody changed in the ledger by hand, past its triggers, is found and named."""

from collections.abc import Callable

import pytest

from account_service.ledger.models import Account, Transfer
from tests.account_service.books import credited, named, reconcile
from tests.account_service.shop import COINS, Shop
from tests.account_service.stories import balance_of, without_triggers

Plant = Callable[[Transfer], None]


def change_balance(transfer: Transfer) -> None:
    without_triggers("UPDATE ledger_account SET balance = balance + 1 WHERE owner_id = 'u-1'")


def change_amount(transfer: Transfer) -> None:
    without_triggers("UPDATE ledger_transfer SET amount = amount + 1 WHERE transfer_id = %s", [transfer.pk])


def change_owner(transfer: Transfer) -> None:
    other = Account.objects.get(kind="user", owner_id="u-2").pk
    without_triggers(
        "UPDATE ledger_transfer SET credit_account_id = %s, credit_leg = 2, credit_balance_after = 120"
        " WHERE transfer_id = %s",
        [other, transfer.pk],
    )


def delete_transfer(transfer: Transfer) -> None:
    without_triggers("DELETE FROM ledger_transfer WHERE transfer_id = %s", [transfer.pk])


def change_line(transfer: Transfer) -> None:
    without_triggers("UPDATE ledger_transfer SET credit_balance_after = 7 WHERE transfer_id = %s", [transfer.pk])


def change_kind(transfer: Transfer) -> None:
    without_triggers("UPDATE ledger_transfer SET kind = 'bonus' WHERE transfer_id = %s", [transfer.pk])


@pytest.mark.parametrize(
    ("plant", "expected"),
    [
        (change_balance, {("balance_differs", "user/u-1/COIN")}),
        (
            change_amount,
            {("balance_differs", "user/u-1/COIN"), ("statement_differs", "TRANSFER"), ("wrong_amount", "ORDER")},
        ),
        (
            change_owner,
            {("balance_differs", "user/u-1/COIN"), ("balance_differs", "user/u-2/COIN"), ("wrong_owner", "ORDER")},
        ),
        (delete_transfer, {("balance_differs", "user/u-1/COIN"), ("missing_credit", "ORDER")}),
        (change_line, {("statement_differs", "TRANSFER")}),
        (change_kind, {("unknown_kind", "TRANSFER"), ("missing_credit", "ORDER")}),
    ],
)
def test_what_somebody_changed_by_hand_is_named(shop: Shop, plant: Plant, expected: set[tuple[str, str]]) -> None:
    """Fault tried: balances, statement lines and kinds left out of reconcile, one by one."""
    credited(shop, "u-2")
    order_no = credited(shop, "u-1")
    transfer = Transfer.objects.get(cause_id=order_no)
    assert balance_of("u-1") == COINS

    plant(transfer)
    code, said = reconcile()

    ids = {"TRANSFER": str(transfer.pk), "ORDER": order_no}
    assert (code, set(named(said))) == (1, {(name, ids.get(identity, identity)) for name, identity in expected})
