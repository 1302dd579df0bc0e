"""A wrong ledger cannot be stored, not even by hand: every refusal here is PostgreSQL's own, met with plain SQL."""

import pytest
from django.db import connection

from account_service.ledger.models import Transfer
from tests.account_service.plain_sql import account, forbidden, insert
from tests.account_service.stories import credit


@pytest.fixture(autouse=True)
def recharge() -> Transfer:
    credit("u-2", 60)
    return credit("u-1", 60)


def test_a_good_transfer_by_hand_is_stored() -> None:
    """So that the refusals below are not for some other reason."""
    statement, params = insert()

    with connection.cursor() as cursor:
        cursor.execute(statement, params)
    assert Transfer.objects.filter(kind="gift").count() == 1


@pytest.mark.parametrize("owner_id", ["u-1", "u-2"])
def test_overdraft(owner_id: str) -> None:
    """Fault tried: account_never_overdrawn taken out of the model and its migration."""
    forbidden("account_never_overdrawn", "UPDATE ledger_account SET balance = -1 WHERE owner_id = %s", [owner_id])


@pytest.mark.parametrize("amount", [0, -1, -(2**62)])
def test_a_transfer_of_nothing_or_less(amount: int) -> None:
    """Fault tried: transfer_positive taken out."""
    forbidden("transfer_positive", *insert(amount=amount))


def test_a_transfer_to_itself() -> None:
    """Fault tried: transfer_not_to_itself taken out."""
    forbidden("transfer_not_to_itself", *insert(credit_account_id=account("u-1").pk))


@pytest.mark.parametrize("side", ["debit", "credit"])
def test_a_transfer_between_assets(side: str) -> None:
    """Fault tried: each of the two foreign keys on (account, asset) taken out."""
    forbidden(f"transfer_{side}_same_asset", *insert(**{f"{side}_account_id": account("u-3", "LITCHI").pk}))


def test_a_transfer_in_an_asset_that_neither_account_has() -> None:
    forbidden("same_asset", *insert(asset="LITCHI"))


def test_the_asset_of_an_account_that_has_legs_never_changes() -> None:
    forbidden("same_asset", "UPDATE ledger_account SET asset = 'LITCHI' WHERE owner_id = 'u-1'")


def test_an_account_that_has_legs_is_never_deleted() -> None:
    forbidden("ledger_transfer", "DELETE FROM ledger_account WHERE owner_id = 'u-1'")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_transfer SET amount = amount",
        "UPDATE ledger_transfer SET cause_id = 'x' WHERE kind = 'recharge'",
        "DELETE FROM ledger_transfer",
        "TRUNCATE ledger_transfer CASCADE",
        "TRUNCATE ledger_account CASCADE",
        "INSERT INTO ledger_transfer SELECT * FROM ledger_transfer ON CONFLICT (transfer_id) DO UPDATE SET amount = 1",
    ],
)
def test_what_was_posted_is_never_changed(statement: str) -> None:
    """Fault tried: UPDATE, DELETE or TRUNCATE left out of the triggers."""
    forbidden("transfers are never changed or deleted", statement)


def test_the_same_transfer_cause_or_leg_twice(recharge: Transfer) -> None:
    """Fault tried: transfer_once_per_cause taken out."""
    forbidden("ledger_transfer_pkey", *insert(transfer_id=recharge.transfer_id))
    forbidden("transfer_once_per_cause", *insert(kind="recharge", cause_id=recharge.cause_id))
    forbidden("transfer_credit_leg", *insert(credit_leg=1))
    statement, params = insert(debit_leg=7)
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
    forbidden("transfer_debit_leg", *insert(cause_id="g-2", debit_leg=7))


@pytest.mark.parametrize("change", ["balance = 1", "balance = -1", "last_leg = 1"])
def test_a_balance_on_a_system_account(change: str) -> None:
    """Fault tried: account_system_keeps_no_balance taken out."""
    forbidden("account_", f"UPDATE ledger_account SET {change} WHERE kind = 'issuer'")


def test_an_account_twice_or_of_an_unknown_kind() -> None:
    add = "INSERT INTO ledger_account (kind, owner_id, asset, balance, last_leg) VALUES (%s, 'u-1', 'COIN', 0, 0)"

    forbidden("account_once", add, ["user"])
    forbidden("account_kind", add, ["savings"])
