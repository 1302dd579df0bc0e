"""Everything the channel can do wrong, alone and in pairs, and what must have become of each order in the end."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations, product
from typing import Any

from tests.system.insisting import answered
from tests.system.refunds import order_now
from tests.system.world import World, wait_for

_PAYING: dict[str, Any] = {
    "duplicate": 3,
    "delay_seconds": 5,
    "amount_minor": 1,
    "wrong_signature": True,
    "no_callback": True,
    "second_trade": True,
    "query_unknown": 2,
    "after_close": True,
}
_REFUNDING: dict[str, Any] = {"refund_unknown": 1, "refund_delay_seconds": 3, "refund_fail": True}
MISBEHAVIOURS = _PAYING | _REFUNDING
# A refund can only go wrong where there is one.
_REFUNDS = product(("second_trade", "after_close"), _REFUNDING)
WAYS = [(), *combinations(_PAYING, 1), *combinations(_PAYING, 2), *_REFUNDS]


@dataclass
class Bought:
    """An order, the way the channel treats it, and the trades by which it was paid there."""

    way: tuple[str, ...]
    order: dict[str, Any]
    trades: list[str] = field(default_factory=list)

    @property
    def order_no(self) -> str:
        return str(self.order["order_no"])

    @property
    def is_lied_about(self) -> bool:
        return "amount_minor" in self.way

    @property
    def comes_late(self) -> bool:
        return "after_close" in self.way

    @property
    def is_kept_quiet(self) -> bool:
        """Nobody tells of money that came after the close, so that an operator has to ask."""
        return self.comes_late and bool({"no_callback", "wrong_signature"} & set(self.way))

    @property
    def coins(self) -> int:
        return 0 if self.is_lied_about or self.comes_late else int(self.order["coins"])

    @property
    def status(self) -> str:
        if self.is_lied_about:
            return "closed" if self.comes_late else "pending"
        return "refunded" if self.comes_late else "credited"

    @property
    def surplus_count(self) -> int:
        """Trades whose money has to go back; of two that were told at once either may be the one that counts."""
        return 0 if self.is_lied_about else len(self.trades) - (not self.comes_late)

    @property
    def payments(self) -> dict[str, int]:
        """How many are in which state."""
        kept = {} if self.is_lied_about or self.comes_late else {"accepted": 1}
        return kept | ({"refunded": self.surplus_count} if self.surplus_count else {})

    @property
    def incidents(self) -> list[tuple[str, str]]:
        """(trade, reason), each once."""
        return [(trade, "amount_mismatch") for trade in self.trades] if self.is_lied_about else []


def buy(world: World, owner: str, way: tuple[str, ...]) -> Bought:
    """Placed, and unless the payer comes late, paid."""
    bought = Bought(way, world.place_order(owner))
    if not bought.comes_late:
        pay(world, bought)
    return bought


def pay(world: World, bought: Bought) -> None:
    misbehave = {name: MISBEHAVIOURS[name] for name in bought.way}
    # On a connection of its own: one that was kept may be closed by the other side, and nobody pays twice to be sure.
    fresh = {"Connection": "close"}
    status, told = world.call("POST", bought.order["payment"]["url"], json={"misbehave": misbehave}, headers=fresh)
    assert status == 200, told
    bought.trades = [trade["trade_no"] for trade in (told, *told.get("more_trades", ()))]


def expire(world: World, bought: list[Bought]) -> None:
    """A day passes over these orders, and they are closed."""
    numbers = [one.order_no for one in bought]
    world.rows(
        "order",
        "UPDATE recharge_order SET created_at = created_at - interval '1 day', expires_at = expires_at"
        " - interval '1 day', settle_due_at = now() WHERE order_no = ANY(%s)",
        (numbers,),
    )
    wait_for(
        lambda: set(statuses(world, numbers).values()), lambda found: found == {"closed"}, seconds=90, what="all closed"
    )


def operator_asks(world: World, bought: Bought) -> None:
    """`complete`, until the channel says something: of a lie it is refused, as the callback would have been."""
    path, token = f"/orders/{bought.order_no}/complete", _operator(world)
    answered(lambda: world.orders("POST", path, token=token), 422 if bought.is_lied_about else 200)


def two_operators_end_it(world: World, run_id: str) -> None:
    """The channel will not give it back, so that it was paid back by hand; the second confirms what the first says."""
    for who, status in (("op-1", 202), ("op-2", 200)):
        assert _post(world, f"/parked/run-{run_id}/complete", who) == status


def an_operator_ends_the_lie(world: World, bought: Bought) -> None:
    """The money is given back at the channel; then the order closes, and its incidents are seen to."""
    for trade in bought.trades:
        terms = {"refund_no": f"by-hand-{trade}", "trade_no": trade, "amount_minor": MISBEHAVIOURS["amount_minor"]}
        answered(partial(world.channel, "POST", "/refunds", json.dumps(terms).encode()), 200)
    path = f"/orders/{bought.order_no}/complete"
    answered(lambda: world.orders("POST", path, token=_operator(world)), 200)  # 422 until the channel has done it
    _, listed = world.orders("GET", f"/incidents?order_no={bought.order_no}&state=open", token=_operator(world))
    for incident in listed["results"]:
        assert _post(world, f"/incidents/{incident['incident_id']}/resolve") == 200


def _post(world: World, path: str, who: str = "op-1") -> int:
    said = {"reason": "paid back by hand"}
    return world.orders("POST", path, token=_operator(world, who), json=said)[0]


def _operator(world: World, who: str = "op-1") -> str:
    return world.token(who, "operator")


def statuses(world: World, numbers: list[str]) -> dict[str, str]:
    return dict(world.rows("order", "SELECT order_no, status FROM recharge_order WHERE order_no = ANY(%s)", (numbers,)))


def payments_of(world: World, bought: Bought) -> dict[str, str]:
    """The state of each trade, as the owner reads it."""
    found = order_now(world, bought.order)["payments"]
    assert len(found) == len({one["trade_no"] for one in found})
    return {one["trade_no"]: one["state"] for one in found}


def refunds_at_channel(world: World) -> list[tuple[str, str, int]]:
    """(trade, state, amount) of every refund the channel was ever asked for."""
    with closing(sqlite3.connect(f"file:{world.run_dir / 'channel.sqlite3'}?mode=ro", uri=True)) as books:
        return books.execute(
            "SELECT t.trade_no, r.state, r.amount_minor FROM sandbox_channel_refund r"
            " JOIN sandbox_channel_trade t ON t.id = r.trade_id ORDER BY 1"
        ).fetchall()
