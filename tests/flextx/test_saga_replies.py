"""Replies: each is recorded, one of them moves the run, and none moves it from where it does not stand."""

from uuid import UUID, uuid4

import pytest

from flextx.saga.messages import Settled, Side, command_id
from flextx.saga.models import ReplyReceived
from flextx.testing import deliver
from flextx.testing.answers import reply_to
from tests.flextx.inbox_rows import aside
from tests.flextx.run_rows import answer, commands, effects, run_of, side, sides, state, too_late
from tests.flextx.shop.commands import ShopReply
from tests.flextx.shop.models import Fault
from tests.flextx.shop.saga import SELL, SHIP, start

pytestmark = pytest.mark.usefixtures("db")


def reply(run_id: UUID, name: str, outcome: str) -> ShopReply:
    delivery = reply_to(run_of(run_id), side(run_id, name), outcome)
    return ShopReply.model_validate(delivery.event.model_dump())


def recorded(run_id: UUID) -> list[tuple[str, str, bool]]:
    """(side and step, outcome, whether it moved the run), in the order in which they came"""
    rows = ReplyReceived.objects.filter(run_id=run_id).order_by("offset")
    return [(f"{row.side} {row.step}", row.outcome, row.applied) for row in rows]


def test_a_reply_that_comes_twice_moves_the_run_once() -> None:
    """Fault tried: take_reply applies whatever names a side of the run."""
    run_id = start(SHIP, "cup")
    applied = reply(run_id, "do reserve", "applied")

    ids = deliver(applied, key=str(run_id))
    deliver(applied, key=str(run_id), event_ids=ids)  # read again: the inbox drops it
    deliver(applied, key=str(run_id))  # told again by the participant: another event, the same command

    assert recorded(run_id) == [("do reserve", "applied", True), ("do reserve", "applied", False)]
    assert sides(run_id) == {"do reserve": "applied", "do ship": "attempted"} and len(commands(run_id)) == 2


def test_a_late_reply_to_the_do_moves_nothing_once_the_run_turned_back() -> None:
    """Fault tried: _stands_at without its look at the run's side."""
    run_id = start(SHIP, "cup")
    late = reply(run_id, "do reserve", "applied")
    too_late(run_id, "do reserve")

    deliver(late, key=str(run_id))

    assert (state(run_id), sides(run_id)) == ("undoing", {"do reserve": "attempted", "undo reserve": "attempted"})
    answer(run_id, "undo reserve", "applied")
    assert state(run_id) == "undone"
    deliver(late, key=str(run_id))
    assert state(run_id) == "undone" and [applied for *_, applied in recorded(run_id)].count(True) == 1


def test_a_reply_before_its_command_was_asked_is_recorded_only() -> None:
    """Fault tried: a reply to no side takes the run on."""
    run_id = start(SHIP, "cup")
    early = reply(run_id, "do reserve", "applied").model_copy(
        update={"step": "ship", "command_id": command_id(run_id, "ship", Side.DO)}
    )

    deliver(early, key=str(run_id))

    assert recorded(run_id) == [("do ship", "applied", False)] and sides(run_id) == {"do reserve": "attempted"}


def test_replies_out_of_order_leave_the_run_where_the_right_one_took_it() -> None:
    """Fault tried: replies are matched by the step's name: the undo's answer settles the do."""
    run_id = start(SHIP, "cup")
    do = reply(run_id, "do reserve", "applied")
    too_late(run_id, "do reserve")

    deliver(reply(run_id, "undo reserve", "applied"), do, key=str(run_id))

    assert recorded(run_id) == [("undo reserve", "applied", True), ("do reserve", "applied", False)]
    assert state(run_id) == "undone" and side(run_id, "do reserve").state == "attempted"


def test_a_reply_for_an_unknown_run_goes_aside_alone() -> None:
    """Fault tried: take_replies skips what it does not know."""
    run_id, stranger = start(SHIP, "cup"), uuid4()
    known = reply(run_id, "do reserve", "applied")

    deliver(known.model_copy(update={"run_id": stranger}), key=str(stranger))
    deliver(known, key=str(run_id))

    assert aside() == {f"{stranger}@0": "waiting"} and side(run_id, "do reserve").state == "applied"


def test_a_reply_releases_a_run_that_was_parked_while_it_waited_for_it() -> None:
    """Fault tried: a parked run takes no replies."""
    run_id = start(SHIP, "cup")
    answer(run_id, "do reserve", "applied")
    too_late(run_id, "do ship")  # asked already: there is no way back
    assert (state(run_id), run_of(run_id).parked_reason) == ("parked", "deadline_passed")

    deliver(reply(run_id, "do ship", "applied"), key=str(run_id))

    assert state(run_id) == "done" and run_of(run_id).last_error == ""


def test_a_do_that_was_barred_by_its_undo_leads_back() -> None:
    """Fault tried: REJECTED counts as done."""
    run_id = start(SHIP, "cup")

    deliver(reply(run_id, "do reserve", Settled.REJECTED), key=str(run_id))

    assert (state(run_id), run_of(run_id).reason) == ("refused", "rejected")


def test_a_batch_of_replies_moves_each_run_by_its_own() -> None:
    """Fault tried: every reply of a batch goes to its first run."""
    first, second = start(SELL, "cup", shelf="b"), start(SELL, "plate", shelf="a")
    Fault.objects.create(name="plate: do wrap", kind="refusal")

    deliver(reply(first, "do reserve", "applied"), reply(second, "do reserve", "applied"))

    assert effects(first) == ["do wrap", "do hand_over"] and effects(second) == []
    assert sides(second) == {"do reserve": "applied", "do wrap": "refused", "undo reserve": "attempted"}
