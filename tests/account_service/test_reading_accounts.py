"""Balances are exact, and one's own only."""

import pytest

from account_service.ledger.models import Account
from flextx.envelope import rfc3339
from tests.account_service.stories import OPERATOR, OWNER, SERVICE, STRANGER, credit, everything, spend
from tests.support.callers import get

BALANCES = "/api/v1/accounts/u-1/balances"
STATEMENT = "/api/v1/accounts/u-1/statement"


def test_a_balance_is_the_sum_of_what_came_and_went() -> None:
    """Fault tried: `+=` and `-=` exchanged for the debit leg."""
    credit("u-1", 600)
    credit("u-1", 60)
    credit("u-2", 3000)
    spend(100)

    account = Account.objects.get(kind="user", owner_id="u-1")
    told = OWNER.get(BALANCES).json()
    assert told == {
        "owner_id": "u-1",
        "balances": [
            {"asset": "COIN", "available": 560, "held": 0, "owed": 0, "updated_at": rfc3339(account.updated_at)}
        ],
    }
    for who in (OPERATOR, SERVICE):
        assert who.get(BALANCES).json() == told


def test_what_is_held_is_shown_apart() -> None:
    """Fault tried: the kind of account not looked at in balances_of."""
    credit("u-1", 600)
    spend(100, into="escrow")

    (entry,) = OWNER.get(BALANCES).json()["balances"]
    assert (entry["available"], entry["held"]) == (500, 100)


def test_an_owner_never_seen_has_none() -> None:
    before = everything()

    assert OWNER.get(BALANCES).json() == {"owner_id": "u-1", "balances": []}
    assert OWNER.get(STATEMENT).json() == {"results": [], "next": None}
    assert everything() == before  # looking makes no account


def test_the_issuer_is_nobodys_account() -> None:
    """Fault tried: the kinds not restricted in balances_of."""
    credit("u-1", 600)

    assert OPERATOR.get("/api/v1/accounts/system/balances").json()["balances"] == []
    assert OPERATOR.get("/api/v1/accounts/system/statement").json()["results"] == []


@pytest.mark.parametrize("path", [BALANCES, STATEMENT])
def test_another_persons_account_is_not_found_exactly_like_none(path: str) -> None:
    """Fault tried: check_may_see left out of each view."""
    nobody = STRANGER.get(path).refuses(404, "not_found")
    credit("u-1")
    somebody = STRANGER.get(path).refuses(404, "not_found")

    assert somebody | {"request_id": ""} == nobody | {"request_id": ""}


@pytest.mark.parametrize("path", [BALANCES, STATEMENT])
def test_without_a_token_nothing_is_seen(path: str) -> None:
    get(path).refuses(401, "not_authenticated")


@pytest.mark.parametrize("path", ["/", "/api/v1/accounts", "/api/v1/accounts/u-1", "/api/v1/accounts/%00/balances"])
def test_an_address_that_is_none_is_a_problem(path: str) -> None:
    get(path).refuses(404, "not_found")


@pytest.mark.parametrize("owner_id", ["%ED%A0%80", "x" * 3000, "%F0%9F%92%B0", "'%20OR%201=1--"])
def test_a_strange_owner_has_nothing(owner_id: str) -> None:
    assert OPERATOR.get(f"/api/v1/accounts/{owner_id}/balances").json()["balances"] == []
