"""`make reconcile` finds what was planted, names it by class and id, and finds nothing once it is undone.

The planting needs the ledger's triggers off: with them on, the database refuses it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.types.json import Jsonb

from tests.system.books import reconcile, wait_until_settled
from tests.system.world import World, payment_of


def test_each_planted_difference_is_named_with_its_id_and_no_other(world: World, person: str) -> None:
    """Fault tried: credits compared by number only; balances compared with the statement's last line."""
    missing, doubled, changed, moved, touched = (credited_order(world, f"{person}-{number}") for number in range(5))
    wait_until_settled(world, seconds=60)
    assert found(world) == set()
    ((changed_transfer,),) = world.rows(
        "account", "SELECT transfer_id::text FROM ledger_transfer WHERE cause_id = %s", (changed["order_no"],)
    )

    plants = (
        ("DELETE FROM ledger_transfer WHERE cause_id = %s", [missing["order_no"]]),
        (CREDIT_WITHOUT_ORDER, [str(uuid4()), doubled["order_no"]]),
        ("UPDATE ledger_transfer SET amount = amount + 1 WHERE cause_id = %s", [changed["order_no"]]),
        ("UPDATE ledger_account SET owner_id = 'thief' WHERE owner_id = %s", [moved["owner_id"]]),
        ("UPDATE ledger_account SET balance = balance + 1 WHERE owner_id = %s", [touched["owner_id"]]),
    )
    with planted(world, *plants):
        assert found(world) == {
            ("missing_credit", missing["order_no"]),
            ("balance_differs", account_of(missing)),
            ("credit_without_order", "R-invented"),
            ("balance_differs", account_of(doubled)),
            ("wrong_amount", changed["order_no"]),
            ("balance_differs", account_of(changed)),
            ("statement_differs", changed_transfer),
            ("wrong_owner", moved["order_no"]),
            ("balance_differs", account_of(touched)),
        }
    assert found(world) == set()


# The doubled order's credit once more, for an order that does not exist; the account's balance is left as it was.
CREDIT_WITHOUT_ORDER = (
    "INSERT INTO ledger_transfer SELECT * FROM jsonb_populate_record(null::ledger_transfer, (SELECT to_jsonb(t)"
    " || jsonb_build_object('transfer_id', %s::text, 'cause_id', 'R-invented', 'credit_leg', 2,"
    " 'credit_balance_after', 120) FROM ledger_transfer t WHERE cause_id = %s))"
)


def credited_order(world: World, owner: str) -> dict[str, Any]:
    order = world.place_order(owner)
    assert world.callback(payment_of(order, world.env["SANDBOX_MERCHANT_ID"]))[0] == 200
    return order


def account_of(order: dict[str, Any]) -> str:
    return f"user/{order['owner_id']}/COIN"


@contextmanager
def planted(world: World, *statements: tuple[str, list[Any]]) -> Iterator[None]:
    """Plant, and put everything back as it was, row by row."""
    with psycopg.connect(world.env["ACCOUNT_DATABASE_URL"], autocommit=True) as database:
        tables = ("ledger_account", "ledger_transfer")
        kept = {table: database.execute(f"SELECT to_jsonb(t) FROM {table} t").fetchall() for table in tables}
        database.execute("ALTER TABLE ledger_transfer DISABLE TRIGGER USER")
        try:
            for statement, params in statements:
                database.execute(statement, params)
            yield
        finally:
            _restore(database, kept)
            database.execute("ALTER TABLE ledger_transfer ENABLE TRIGGER USER")


def _restore(database: psycopg.Connection[Any], kept: dict[str, list[Any]]) -> None:
    """Each table with one statement: transfers name each other, in any order."""
    with database.transaction():
        database.execute("DELETE FROM ledger_transfer")
        database.execute("DELETE FROM ledger_account")
        for table, rows in kept.items():
            database.execute(
                f"INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(null::{table}, %s)",
                [Jsonb([row for (row,) in rows])],
            )


def found(world: World) -> set[tuple[str, str]]:
    return {(each["class"], each["id"]) for each in reconcile(world)["differences"]}
