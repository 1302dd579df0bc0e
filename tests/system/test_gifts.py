"""A gift, end to end: sent, refused, undone. What is shown was paid for, and what was given back was never shown."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.system.books import reconcile
from tests.system.gifts import feed_of, host_of, open_room, operate, purse, recharge, run_now, send_gift, when
from tests.system.world import World


def test_a_gift_is_charged_shown_and_settled(world: World, person: str) -> None:
    """Fault tried: deliver before charge."""
    room = open_room(world, person)
    recharge(world, person)

    gift = when(world, send_gift(world, person, room, "cake", 2))

    assert (gift["status"], gift["reason"], gift["coins"], gift["litchi"]) == ("sent", None, 20, 10)
    assert purse(world, person) == (40, 0)
    assert purse(world, host_of(person), "LITCHI") == (10, 0)
    assert feed_of(world, room) == [("effect", gift["gift_id"]), ("comment", gift["gift_id"])]
    run = run_now(world, gift["run_id"])
    assert [(step["step"], step["side"], step["state"]) for step in run["steps"]] == [
        ("charge", "do", "applied"),
        ("deliver", "do", "applied"),
        ("settle", "do", "applied"),
    ]
    assert run["state"] == "done"


def test_too_few_coins_is_a_refusal_in_which_nothing_moved(world: World, person: str) -> None:
    room = open_room(world, person)
    recharge(world, person)

    gift = when(world, send_gift(world, person, room, "rocket"))

    assert (gift["status"], gift["reason"]) == ("refused", "insufficient_funds")
    assert purse(world, person) == (60, 0)
    assert feed_of(world, room) == []


def test_somebody_without_an_account_is_refused(world: World, person: str) -> None:
    gift = when(world, send_gift(world, person, open_room(world, person)))
    assert (gift["status"], gift["reason"]) == ("refused", "account_unknown")


def test_a_room_that_closed_gives_the_coins_back_and_shows_nothing(world: World, person: str) -> None:
    """Fault tried: RefundGift answered without its transfer."""
    room = open_room(world, person)
    recharge(world, person)
    assert operate(world, f"/rooms/{room}/close")[0] == 200

    gift = when(world, send_gift(world, person, room))

    assert (gift["status"], gift["reason"]) == ("undone", "room_closed")
    assert purse(world, person) == (60, 0)
    assert feed_of(world, room) == []
    sides = [(step["step"], step["side"], step["state"]) for step in run_now(world, gift["run_id"])["steps"]]
    assert sides == [("charge", "do", "applied"), ("deliver", "do", "refused"), ("charge", "undo", "applied")]


def test_a_banned_host_and_a_frozen_sender(world: World, person: str) -> None:
    room = open_room(world, person)
    recharge(world, person)
    assert operate(world, f"/rooms/{room}/ban-host")[0] == 200
    assert when(world, send_gift(world, person, room))["reason"] == "host_banned"

    token = world.token("op-1", "operator")
    assert world.accounts("POST", f"/accounts/{person}/freeze", token=token, json={"reason": "asked"})[0] == 200
    frozen = when(world, send_gift(world, person, room))

    assert (frozen["status"], frozen["reason"]) == ("refused", "account_frozen")
    assert purse(world, person) == (60, 0)


def test_a_hundred_gifts_at_once_with_coins_for_ten(world: World, person: str) -> None:
    """Fault tried: the charge reads the balance without its lock."""
    room = open_room(world, person)
    recharge(world, person)

    with ThreadPoolExecutor(16) as pool:
        gifts = list(pool.map(lambda _: send_gift(world, person, room, "rose", 6), range(100)))
    ended = [when(world, gift, seconds=90) for gift in gifts]

    assert sorted(gift["status"] for gift in ended) == ["refused"] * 90 + ["sent"] * 10
    assert purse(world, person) == (0, 0)
    assert purse(world, host_of(person), "LITCHI") == (30, 0)
    shown = [gift_id for kind, gift_id in feed_of(world, room) if kind == "effect"]
    assert sorted(shown) == sorted(gift["gift_id"] for gift in ended if gift["status"] == "sent")


def test_a_sent_gift_is_undone_once_and_retracted(world: World, person: str) -> None:
    """Fault tried: retract before reverse."""
    room = open_room(world, person)
    recharge(world, person)
    gift, other = (when(world, send_gift(world, person, room, "cake")) for _ in range(2))

    answers = [operate(world, f"/gifts/{gift['gift_id']}/undo") for _ in range(3)]

    assert [status for status, _ in answers] == [202, 202, 202]
    assert len({answer["run_id"] for _, answer in answers}) == 1
    assert when(world, gift, "undone")["reason"] == "undone_by_operator"
    assert purse(world, person) == (50, 0)
    assert purse(world, host_of(person), "LITCHI") == (5, 0)
    assert feed_of(world, room)[-1] == ("retracted", gift["gift_id"])
    assert when(world, other)["status"] == "sent"  # one operation and nothing else
    assert reconcile(world)["differences"] == []
