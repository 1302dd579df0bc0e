"""Is every coin where it belongs? Each order and gift alone, against what its state says it must have moved."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from stack import demo_crash_sql as sql
from stack.demo_crash_books import Books

Place: TypeAlias = tuple[str, str, str, str]
"""(order or gift, kind of account, owner, asset)"""
CREDITED = ("completed", "credited")
UNDECIDED = ("refunding", "sending", "undoing")
"""Only what is parked stays so; what it moved is for a person to settle, and is named as parked."""


@dataclass
class Audit:
    """`lost`, `doubled`: coins and litchi that are missing on somebody's account, or too many there."""

    lost: int = 0
    doubled: int = 0
    paid_orders: int = 0
    findings: list[str] = field(default_factory=list)


def audit(books: Books, people: str) -> Audit:
    result = Audit()
    given = {"people": people}
    orders, gifts = books.rows("order", sql.ORDERS, given), books.rows("order", sql.GIFTS, given)
    _compare_accounts(result, books, people, orders, gifts)
    _compare_effects(result, gifts)
    _compare_with_channel(result, books, {order[0] for order in orders}, dict(books.rows("order", sql.PAYMENTS, given)))
    return result


def _compare_accounts(result: Audit, books: Books, people: str, orders: list[Any], gifts: list[Any]) -> None:
    causes = [row[0] for row in (*orders, *gifts)]
    undecided = {row[0] for row in orders if row[3] in UNDECIDED} | {row[0] for row in gifts if row[5] in UNDECIDED}
    expected = _expected(orders, gifts)
    moved = {tuple(row[:4]): row[4] for row in books.rows("account", sql.MOVED, {"people": people, "causes": causes})}
    for place in sorted(expected.keys() | moved.keys()):
        difference = moved.get(place, 0) - expected.get(place, 0)
        if difference and place[0] not in undecided:
            result.lost += max(0, -difference)
            result.doubled += max(0, difference)
            result.findings.append(f"{' '.join(place)}: moved {moved.get(place, 0)}, not {expected.get(place, 0)}")


def _expected(orders: list[Any], gifts: list[Any]) -> dict[Place, int]:
    """Nothing is held at the end, so only what people own is in it."""
    moved: Counter[Place] = Counter()
    for order_no, owner, coins, status in orders:
        if status in CREDITED:
            moved[order_no, "user", owner, "COIN"] += coins
    for gift_id, sender, host, coins, litchi, status, *_ in gifts:
        if status == "sent":
            moved[gift_id, "user", sender, "COIN"] -= coins
            moved[gift_id, "user", host, "LITCHI"] += litchi
    return moved


def _compare_effects(result: Audit, gifts: list[Any]) -> None:
    """Shown exactly once if the gift was sent, else never; retracted exactly if it was taken back afterwards."""
    for gift_id, *_, status, effects, retracted, was_sent in gifts:
        if status not in UNDECIDED and (effects, retracted) != (int(was_sent), int(was_sent and status == "undone")):
            result.findings.append(f"{gift_id} is {status}, and was shown {effects} times, retracted {retracted}")


def _compare_with_channel(result: Audit, books: Books, orders: set[str], payments: Mapping[str, int]) -> None:
    """Every trade of the channel is known here, and what was paid back there was meant to be."""
    trades = {
        trade_no: (order_no, back) for trade_no, order_no, back in books.channel(sql.TRADES) if order_no in orders
    }
    result.paid_orders = len({order_no for order_no, _ in trades.values()})
    for trade_no, (order_no, back) in sorted(trades.items()):
        if trade_no not in payments:
            result.findings.append(f"{order_no} was paid with {trade_no}, and the order service does not know")
        elif back != payments[trade_no]:
            result.findings.append(f"{trade_no}: the channel paid back {back}, the order service {payments[trade_no]}")
    result.findings += [f"{trade_no} is unknown to the channel" for trade_no in sorted(payments.keys() - trades.keys())]
