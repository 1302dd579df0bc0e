"""The account service is away: the gift waits, then goes on, or is undone at its deadline. The database's clock
decides, so the story moves the row's times instead of waiting for an hour."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.system.gifts import (
    feed_of,
    gift_now,
    host_of,
    open_room,
    operate,
    purse,
    recharge,
    run_now,
    send_gift,
    when,
)
from tests.system.killing import frozen
from tests.system.world import World, wait_for

ACCOUNT_CONSUMERS = ("account-consumer-1", "account-consumer-2", "account-consumer-3")
HOUR_LATER = "UPDATE flextx_saga_run SET {what} = {what} - interval '1 hour', next_due_at = now() WHERE run_id = %s"


@contextmanager
def account_service_away(world: World) -> Iterator[None]:
    with ExitStack() as stack:
        for name in ACCOUNT_CONSUMERS:
            stack.enter_context(frozen(world, name))
        yield


def test_a_gift_waits_for_an_hour_and_then_goes_on(world: World, person: str) -> None:
    room = open_room(world, person)
    recharge(world, person)
    with account_service_away(world):
        gift = send_gift(world, person, room)
        wait_for(lambda: run_now(world, gift["run_id"])["steps"], bool, seconds=40, what="charge asked for")
        assert gift_now(world, gift)["status"] == "sending"
        assert feed_of(world, room) == []

    assert when(world, gift, seconds=90)["status"] == "sent"
    assert purse(world, person) == (50, 0)


def test_at_its_deadline_it_is_undone_and_stays_sending_until_that_is_answered(world: World, person: str) -> None:
    """Fault tried: the run ends at its deadline without asking for the refund."""
    room = open_room(world, person)
    recharge(world, person)
    with account_service_away(world):
        gift = send_gift(world, person, room)
        world.rows("order", HOUR_LATER.format(what="deadline_at"), (gift["run_id"],))
        run = wait_for(
            lambda: run_now(world, gift["run_id"]), lambda now: now["state"] == "undoing", seconds=40, what="undoing"
        )
        assert run["reason"] == "deadline_passed"
        assert gift_now(world, gift)["status"] == "sending"

    ended = when(world, gift, seconds=90)
    assert ended["reason"] == "deadline_passed"
    # Charged and given back, or never charged: that depends on how far the charge had come.
    taken = [step["state"] for step in run_now(world, gift["run_id"])["steps"] if step["side"] == "undo"]
    assert (ended["status"], taken) in [("undone", ["applied"]), ("refused", ["empty"])]
    assert purse(world, person) == (60, 0)
    assert feed_of(world, room) == []


def test_what_no_policy_can_end_is_parked_and_goes_on_when_an_operator_says_so(world: World, person: str) -> None:
    """Fault tried: a run behind its last deadline is only looked at again later."""
    room = open_room(world, person)
    recharge(world, person)
    gift = when(world, send_gift(world, person, room))
    with account_service_away(world):
        _, undoing = operate(world, f"/gifts/{gift['gift_id']}/undo")
        late = "UPDATE flextx_saga_stepside SET deadline_at = now() - interval '1 second' WHERE run_id = %s"
        wait_for(lambda: run_now(world, undoing["run_id"])["steps"], bool, seconds=40, what="asked")
        world.rows("order", late, (undoing["run_id"],))
        world.rows("order", "UPDATE flextx_saga_run SET next_due_at = now() WHERE run_id = %s", (undoing["run_id"],))
        parked = wait_for(lambda: _parked(world, undoing["run_id"]), bool, seconds=40, what="parked")
        assert (parked["reason"], parked["about"]) == ("deadline_passed", gift["gift_id"])
        assert "retry" in parked["actions"]

        user = world.token(person)
        assert world.orders("POST", f"/parked/{parked['id']}/retry", token=user, json={})[0] == 403
        status, done = operate(world, f"/parked/{parked['id']}/retry")
        assert (status, done["who"], done["before"]["state"]) == (200, "op-1", "parked")

    assert when(world, gift, "undone", seconds=90)["status"] == "undone"
    assert purse(world, person) == (60, 0)
    assert purse(world, host_of(person), "LITCHI") == (0, 0)


def _parked(world: World, run_id: str) -> dict[str, object] | None:
    _, page = world.orders("GET", "/parked?limit=200", token=world.token("op-1", "operator"))
    return next((item for item in page["results"] if item["id"] == f"run-{run_id}"), None)
