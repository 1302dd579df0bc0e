"""Operators, by hand: a step is skipped with a reason, or taken for done by two people."""

from uuid import uuid4

import pytest

from flextx.reconciliation import Findings
from flextx.saga.reconcile import compare_skipped_steps
from tests.flextx.operators import OPERATOR, SECOND, USER
from tests.flextx.parked_runs import audited, parked_at_book, parked_at_wrap
from tests.flextx.run_rows import answer, effects, run_of, side, sides, state, too_late
from tests.flextx.shop.saga import SELL, start

pytestmark = pytest.mark.usefixtures("doors_open", "db")


def test_a_skipped_step_needs_a_reason_and_stays_a_difference_until_it_is_resolved() -> None:
    """Faults tried: act without ReasonMissing; compare_skipped_steps without _is_open, or always empty."""
    run_id = parked_at_wrap()
    OPERATOR.post(f"parked/run-{run_id}/skip").says(400, "reason_missing")
    assert state(run_id) == "parked" and audited() == []

    OPERATOR.post(f"parked/run-{run_id}/skip", reason="wrapped at the counter").says(200)
    assert sides(run_id)["do wrap"] == "skipped" and effects(run_id) == ["do hand_over"]
    answer(run_id, "do book", "applied")
    assert state(run_id) == "done" and differences() == [("skipped_step", str(run_id))]

    USER.post(f"runs/{run_id}/resolve", reason="done").says(403)
    OPERATOR.post(f"runs/{run_id}/resolve").says(400)
    OPERATOR.post(f"runs/{uuid4()}/resolve", reason="done").says(404)
    assert differences() == [("skipped_step", str(run_id))]
    OPERATOR.post(f"runs/{run_id}/resolve", reason="seen on the film").says(200)

    assert differences() == [] and audited()[-1] == ("resolve", "op-1", "", "seen on the film", "done")
    OPERATOR.post(f"runs/{run_id}/resolve", reason="again").says(409, "nothing_to_resolve")


def differences() -> list[tuple[str, str]]:
    findings = Findings()
    compare_skipped_steps(findings)
    assert findings.checked == 1
    return [(each.name, each.id) for each in findings.differences]


@pytest.mark.parametrize("where", ["book", "undo"])
def test_skip_is_refused_behind_the_pivot_and_for_an_undo(where: str) -> None:
    """Faults tried: each of the two conditions left out: money stays nowhere."""
    if where == "book":
        run_id = parked_at_book()
    else:
        run_id = start(SELL, "cup")
        too_late(run_id, "do reserve")
        too_late(run_id, "undo reserve")
    assert state(run_id) == "parked"

    OPERATOR.post(f"parked/run-{run_id}/skip", reason="never mind").says(409, "action_refused")

    assert state(run_id) == "parked" and audited() == []


def test_complete_by_hand_takes_two_people() -> None:
    """Faults tried: the same person counts as the second; the second name is not stored."""
    run_id = parked_at_book()
    before = run_of(run_id).epoch
    asked = OPERATOR.post(f"parked/run-{run_id}/complete", reason="booked on paper").says(202)
    assert asked["status"] == "awaiting_confirmation" and state(run_id) == "parked"
    OPERATOR.post(f"parked/run-{run_id}/complete", reason="booked on paper").says(409, "second_person_needed")
    assert state(run_id) == "parked" and run_of(run_id).epoch == before

    done = SECOND.post(f"parked/run-{run_id}/complete", reason="I saw the paper").says(200)

    assert (state(run_id), side(run_id, "do book").state, side(run_id, "do book").by_hand) == ("done", "applied", True)
    assert (done["who"], done["confirmed_by"], done["status"]) == ("op-1", "op-2", "done")
    assert audited() == [("complete", "op-1", "op-2", "booked on paper", "done")]
    assert (done["before"]["state"], done["after"]["state"]) == ("parked", "done")


def test_a_confirmation_of_something_that_moved_on_counts_as_a_new_request() -> None:
    """Fault tried: _pending without its comparison of what was."""
    run_id = parked_at_book()
    OPERATOR.post(f"parked/run-{run_id}/complete", reason="booked on paper").says(202)
    OPERATOR.post(f"parked/run-{run_id}/retry", reason="or rather not").says(200)
    too_late(run_id, "do book")

    SECOND.post(f"parked/run-{run_id}/complete", reason="I saw the paper").says(202)

    assert state(run_id) == "parked"
    assert [(row[0], row[1], row[4]) for row in audited()] == [
        ("complete", "op-1", "void"),
        ("retry", "op-1", "done"),
        ("complete", "op-2", "awaiting_confirmation"),
    ]
