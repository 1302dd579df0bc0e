"""How good books come about, and what reconciliation says of them."""

import json
from io import StringIO
from typing import Any

from django.core.management import call_command

from tests.account_service.shop import COINS, Shop
from tests.account_service.stories import deliver, order_of, record_of


def reconcile() -> tuple[int, dict[str, Any]]:
    """(exit code, what it says)"""
    out = StringIO()
    try:
        call_command("reconcile", "--format", "json", stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def credited(shop: Shop, owner_id: str = "u-1") -> str:
    """The number of an order that was paid long ago and credited."""
    order_no = shop.is_paid(owner_id, seconds_ago=60)
    deliver(record_of(order_of(owner_id, COINS, order_no=order_no)))
    shop.calls_credited(order_no)
    return order_no


def named(said: dict[str, Any]) -> list[tuple[str, str]]:
    assert all(
        set(one) == {"class", "id", "detail", "what_to_do", "repair"} and one["detail"] for one in said["differences"]
    )
    return [(one["class"], one["id"]) for one in said["differences"]]


DEBT = "INSERT INTO ledger_account (kind, owner_id, asset, balance, last_leg) VALUES ('debt', %s, 'COIN', %s, 0)"
"""Somebody's debt by hand."""
