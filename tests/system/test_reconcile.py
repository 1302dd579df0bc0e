"""`make reconcile` finds what was planted, names it by class and id, and finds nothing once it is undone.

The planting needs the ledger's triggers off: with them on, the database refuses it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.system.books import reconcile, wait_until_settled
from tests.system.world import World, payment_of


@pytest.fixture
def credited(world: World, person: str) -> dict[str, Any]:
    """An order whose coins have arrived, in books without a difference."""
    order = world.place_order(person)
    assert world.callback(payment_of(order, world.env["SANDBOX_MERCHANT_ID"]))[0] == 200
    wait_until_settled(world, seconds=20)
    assert reconcile(world)["differences"] == []
    return order


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
    with database.transaction():
        database.execute("DELETE FROM ledger_transfer")
        database.execute("DELETE FROM ledger_account")
        for table, rows in kept.items():
            for (row,) in rows:
                database.execute(
                    f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(null::{table}, %s)",
                    [psycopg.types.json.Jsonb(row)],
                )


def found(world: World) -> set[tuple[str, str]]:
    return {(each["class"], each["id"]) for each in reconcile(world)["differences"]}


def test_a_missing_credit_is_named_by_its_order(world: World, credited: dict[str, Any]) -> None:
    with planted(world, ("DELETE FROM ledger_transfer WHERE cause_id = %s", [credited["order_no"]])):
        assert ("missing_credit", credited["order_no"]) in found(world)
    assert found(world) == set()


def test_a_credit_without_an_order_is_named(world: World, credited: dict[str, Any]) -> None:
    copy = (
        "INSERT INTO ledger_transfer SELECT * FROM jsonb_populate_record(null::ledger_transfer, (SELECT to_jsonb(t)"
        " || jsonb_build_object('transfer_id', %s::text, 'cause_id', 'R-invented', 'credit_leg', 2,"
        " 'credit_balance_after', 120) FROM ledger_transfer t WHERE cause_id = %s))"
    )
    with planted(world, (copy, [str(uuid4()), credited["order_no"]])):
        assert ("credit_without_order", "R-invented") in found(world)
    assert found(world) == set()


def test_a_wrong_amount_is_named(world: World, credited: dict[str, Any]) -> None:
    change = "UPDATE ledger_transfer SET amount = amount + 1 WHERE cause_id = %s"
    with planted(world, (change, [credited["order_no"]])):
        assert ("wrong_amount", credited["order_no"]) in found(world)
    assert found(world) == set()


def test_a_wrong_owner_is_named(world: World, credited: dict[str, Any]) -> None:
    change = "UPDATE ledger_account SET owner_id = %s WHERE owner_id = %s"
    with planted(world, (change, [f"q-{secrets.token_hex(6)}", credited["owner_id"]])):
        assert found(world) == {("wrong_owner", credited["order_no"])}
    assert found(world) == set()


def test_a_changed_balance_is_named_by_its_account(world: World, credited: dict[str, Any]) -> None:
    change = "UPDATE ledger_account SET balance = balance + 1 WHERE owner_id = %s"
    with planted(world, (change, [credited["owner_id"]])):
        assert found(world) == {("balance_differs", f"user/{credited['owner_id']}/COIN")}
    assert found(world) == set()
