"""Transfers written by hand, and what PostgreSQL says to them."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from account_service.ledger.models import Account
from tests.account_service.stories import everything

COLUMNS = (
    *("transfer_id", "kind", "cause_id", "asset", "amount", "debit_account_id", "credit_account_id"),
    *("reverses_transfer_id", "closes_transfer_id", "debit_leg", "credit_leg"),
)


def forbidden(by: str, statement: str, params: list[Any] | None = None) -> None:
    """The statement is refused by exactly this constraint or trigger, and nothing changes."""
    before = everything()
    with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert by in str(refused.value)
    assert everything() == before


def insert(**fields: Any) -> tuple[str, list[Any]]:
    """A good transfer of 10 COIN from u-1 to u-2, apart from `fields`."""
    good = {
        "transfer_id": uuid4(),
        "kind": "gift",
        "cause_id": "g-1",
        "asset": "COIN",
        "amount": 10,
        "debit_account_id": account("u-1").pk,
        "credit_account_id": account("u-2").pk,
    }
    row = dict.fromkeys(COLUMNS) | good | fields
    return f"INSERT INTO ledger_transfer ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})", list(row.values())


def account(owner_id: str, asset: str = "COIN") -> Account:
    return Account.objects.get_or_create(kind="user", owner_id=owner_id, asset=asset)[0]
