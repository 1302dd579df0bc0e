"""Nobody sees anybody else's money, and nothing is given away about whether it exists."""

from __future__ import annotations

import pytest

from tests.system.world import World


@pytest.mark.parametrize("path", ["/orders/{order_no}", "/orders/{order_no}/journey"])
def test_another_persons_order_is_not_found(world: World, person: str, path: str) -> None:
    order = world.place_order(person)
    place = path.format(**order)
    assert world.orders("GET", place)[0] == 401
    assert world.orders("GET", place, token=world.token("somebody-else"))[0] == 404
    assert world.orders("GET", place, token=world.token(person))[0] == 200
    assert world.orders("GET", place, token=world.token("op-1", "operator"))[0] == 200


@pytest.mark.parametrize("path", ["balances", "statement"])
def test_another_persons_account_is_not_found(world: World, person: str, path: str) -> None:
    place = f"/accounts/{person}/{path}"
    assert world.accounts("GET", place)[0] == 401
    assert world.accounts("GET", place, token=world.token("somebody-else"))[0] == 404
    assert world.accounts("GET", place, token=world.token(person))[0] == 200
    assert world.accounts("GET", place, token=world.token("op-1", "operator"))[0] == 200


def test_a_users_token_on_operators_calls_changes_nothing(world: World, person: str) -> None:
    order = world.place_order(person)
    assert world.orders("POST", f"/orders/{order['order_no']}/complete", token=world.token(person))[0] == 403
    assert world.orders("GET", "/incidents", token=world.token(person))[0] == 403
    _, answer = world.orders("GET", f"/orders/{order['order_no']}", token=world.token(person))
    assert answer["status"] == "pending"


def test_a_token_of_another_system_is_no_token(world: World, person: str) -> None:
    """Fault tried: accepting a key that came with the token."""
    forged = world.token(person)[:-8] + "AAAAAAAA"
    assert world.orders("GET", "/orders", token=forged)[0] == 401
