"""A reversal is equal and opposite, and there is one; the database itself refuses any other."""

from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from account_service.ledger.models import Transfer
from tests.account_service.plain_sql import account, forbidden, insert
from tests.account_service.stories import credit


@pytest.fixture
def recharge() -> Transfer:
    credit("u-2", 60)
    return credit("u-1", 60)


def reversal(of: Transfer, **fields: Any) -> tuple[str, list[Any]]:
    """Equal and opposite, apart from `fields`."""
    opposite = {"debit_account_id": of.credit_account_id, "credit_account_id": of.debit_account_id}
    return insert(**({"kind": "undo", "amount": of.amount, "reverses_transfer_id": of.transfer_id} | opposite | fields))


def test_a_second_reversal(recharge: Transfer) -> None:
    """Fault tried: `unique=True` taken from reverses_transfer_id."""
    statement, params = reversal(recharge)
    with connection.cursor() as cursor:
        cursor.execute(statement, params)

    forbidden("reverses_transfer_id", *reversal(recharge, cause_id="another"))


@pytest.mark.parametrize(
    "unequal",
    [
        {"amount": 59},
        {"amount": 61},
        {"debit_account_id": "u-2"},
        {"credit_account_id": "u-2"},
        {"reverses_transfer_id": UUID(int=1)},
    ],
)
def test_an_unequal_reversal(recharge: Transfer, unequal: dict[str, Any]) -> None:
    """Fault tried: transfer_equal_reversal taken out."""
    fields = {name: account(value).pk if value == "u-2" else value for name, value in unequal.items()}

    forbidden("transfer_equal_reversal", *reversal(recharge, **fields))


def test_a_reversal_in_the_same_direction(recharge: Transfer) -> None:
    same = {"debit_account_id": recharge.debit_account_id, "credit_account_id": recharge.credit_account_id}

    forbidden("transfer_equal_reversal", *reversal(recharge, **same))


def test_the_end_of_a_hold_that_does_not_exist_or_ended(recharge: Transfer) -> None:
    """Fault tried: `unique=True` taken from closes_transfer_id."""
    forbidden("transfer_closes_an_existing", *insert(closes_transfer_id=UUID(int=1)))
    statement, params = insert(closes_transfer_id=recharge.transfer_id, amount=60)
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
    forbidden("closes_transfer_id", *insert(cause_id="g-2", closes_transfer_id=recharge.transfer_id, amount=60))


@pytest.mark.parametrize(
    "part", [{"amount": 59}, {"amount": 61}, {"debit_account_id": "u-2", "credit_account_id": "u-1"}]
)
def test_the_end_of_a_part_of_a_hold_or_of_somebody_elses(recharge: Transfer, part: dict[str, Any]) -> None:
    """Fault tried: transfer_closes_the_whole_hold taken out."""
    fields = {name: value if name == "amount" else account(value).pk for name, value in part.items()}

    forbidden(
        "transfer_closes_the_whole_hold", *insert(closes_transfer_id=recharge.transfer_id, **({"amount": 60} | fields))
    )
