"""Nobody sees or steers anybody else's gift."""

from __future__ import annotations

import pytest

from tests.system.gifts import gift_now, open_room, purse, recharge, send_gift, when
from tests.system.world import World


def test_another_persons_gift_and_run_are_not_found(world: World, person: str) -> None:
    recharge(world, person)
    gift = when(world, send_gift(world, person, open_room(world, person)))
    places = [f"/gifts/{gift['gift_id']}", f"/runs/{gift['run_id']}"]
    for place in places:
        assert world.orders("GET", place)[0] == 401
        assert world.orders("GET", place, token=world.token("somebody-else"))[0] == 404
        assert world.orders("GET", place, token=world.token(person))[0] == 200
        assert world.orders("GET", place, token=world.token("op-1", "operator"))[0] == 200
    run = f"/runs/{gift['run_id']}"
    assert world.accounts("GET", run, token=world.token("somebody-else"))[0] == 404
    status, participant = world.accounts("GET", run, token=world.token(person))
    assert status == 200
    assert [(one["step"], one["side"], one["outcome"]) for one in participant["steps"]] == [
        ("charge", "do", "applied"),
        ("settle", "do", "applied"),
    ]


@pytest.mark.parametrize("path", ["gifts/{gift_id}/undo", "rooms/{room_id}/close", "rooms/{room_id}/ban-host"])
def test_a_users_token_steers_nothing(world: World, person: str, path: str) -> None:
    recharge(world, person)
    gift = when(world, send_gift(world, person, open_room(world, person)))
    user = world.token(person)

    status, answer = world.orders("POST", f"/{path.format(**gift)}", token=user, json={"reason": "mine"})

    assert (status, answer["code"]) == (403, "permission_denied")
    assert gift_now(world, gift)["status"] == "sent"
    assert purse(world, person) == (50, 0)
    for place in ("/parked", "/runs", "/operator-actions"):
        assert world.orders("GET", place, token=user)[0] == 403


def test_a_repeat_with_the_same_key_is_the_same_gift_and_another_body_is_not(world: World, person: str) -> None:
    """Fault tried: the key is not part of what is unique."""
    recharge(world, person)
    room, token, headers = open_room(world, person), world.token(person), {"Idempotency-Key": "the-same"}
    body = {"room_id": room, "gift_product_id": "cake", "count": 1, "comment": ""}
    answers = [world.orders("POST", "/gifts", token=token, json=body, headers=headers) for _ in range(3)]
    assert {(status, gift["gift_id"]) for status, gift in answers} == {(202, answers[0][1]["gift_id"])}

    other = world.orders("POST", "/gifts", token=token, json=body | {"count": 2}, headers=headers)

    assert (other[0], other[1]["code"]) == (422, "idempotency_key_reused")
    when(world, answers[0][1])
    assert purse(world, person) == (50, 0)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"room_id": "nowhere"}, (404, "room_unknown")),
        ({"gift_product_id": "nothing"}, (404, "unknown_gift_product")),
        ({"count": 0}, (400, "invalid")),
        ({"count": 1000}, (400, "invalid")),
        ({"comment": "x" * 201}, (400, "invalid")),
        ({"comment": "a\x00b"}, (400, "invalid")),
    ],
)
def test_what_cannot_be_sent_is_refused_with_what_to_do(
    world: World, person: str, body: dict[str, object], code: tuple[int, str]
) -> None:
    good = {"room_id": open_room(world, person), "gift_product_id": "cake", "count": 1, "comment": ""}
    headers = {"Idempotency-Key": "one"}
    status, answer = world.orders("POST", "/gifts", token=world.token(person), json=good | body, headers=headers)
    assert (status, answer["code"]) == code
