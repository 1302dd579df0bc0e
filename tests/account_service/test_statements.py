"""A statement: every leg once, newest first, with the balance behind it."""

from typing import Any

import pytest

from flextx.envelope import rfc3339
from tests.account_service.stories import OWNER, credit, spend
from tests.support.callers import Caller

STATEMENT = "/api/v1/accounts/u-1/statement"


def pages(who: Caller, query: str) -> list[list[dict[str, Any]]]:
    seen, url = [], f"{STATEMENT}?{query}"
    while url:
        page = who.get(url).json()
        seen.append(page["results"])
        url = (page["next"] or "").removeprefix("http://testserver")
    return seen


def test_a_statement_holds_every_leg_newest_first() -> None:
    """Fault tried: the other side's balance given as balance_after."""
    first, second = credit("u-1", 600), credit("u-1", 60)
    credit("u-2", 1)
    spend(100, "g-7")

    newest, *older = OWNER.get(STATEMENT).json()["results"]

    assert older == [
        {
            "transfer_id": str(transfer.transfer_id),
            "asset": "COIN",
            "direction": "credit",
            "amount": transfer.amount,
            "balance_after": after,
            "kind": "recharge",
            "cause_id": transfer.cause_id,
            "created_at": rfc3339(transfer.created_at),
        }
        for transfer, after in ((second, 660), (first, 600))
    ]
    assert (newest["direction"], newest["amount"], newest["balance_after"]) == ("debit", 100, 560)
    assert (newest["kind"], newest["cause_id"]) == ("gift", "g-7")


@pytest.mark.parametrize(("count", "limit", "sizes"), [(5, 2, [2, 2, 1]), (4, 2, [2, 2]), (1, 1, [1]), (3, 200, [3])])
def test_pages_hold_every_leg_once(count: int, limit: int, sizes: list[int]) -> None:
    """Fault tried: `oldest >= 1` instead of `>`; `before` instead of `before - 1`."""
    causes = [credit("u-1", 1).cause_id for _ in range(count)]

    seen = pages(OWNER, f"limit={limit}")

    assert [len(page) for page in seen] == sizes
    assert [line["cause_id"] for page in seen for line in page] == causes[::-1]


def test_what_comes_while_one_reads_moves_no_page() -> None:
    """Fault tried: the next page counted from the newest leg."""
    causes = [credit("u-1", 1).cause_id for _ in range(4)]
    first = OWNER.get(f"{STATEMENT}?limit=2").json()
    credit("u-1", 1)

    second = OWNER.get(first["next"].removeprefix("http://testserver")).json()

    assert [line["cause_id"] for line in first["results"] + second["results"]] == causes[::-1]
    assert second["next"] is None


@pytest.mark.parametrize(
    "query",
    [
        "asset=coin",
        "asset=%00",
        "asset=COIN;",
        "cursor=0",
        "cursor=x",
        "cursor=9223372036854775808",
        "limit=0",
        "limit=201",
    ],
)
def test_a_query_that_asks_for_no_statement_is_refused(query: str) -> None:
    OWNER.get(f"{STATEMENT}?{query}").refuses(400, "invalid")


@pytest.mark.parametrize("query", ["cursor=9223372036854775807", "cursor=1", "asset=LITCHI"])
def test_a_page_where_nothing_is_is_empty(query: str) -> None:
    credit("u-1")
    expected = 1 if query.endswith("807") else 0

    assert len(OWNER.get(f"{STATEMENT}?{query}").json()["results"]) == expected
