"""Operators: what is parked is one list; each action is audited with who, why, before and after."""

from uuid import uuid4

import pytest

from flextx.operate.models import OperatorAction
from flextx.saga.models import Run
from tests.flextx.operators import OPERATOR, USER
from tests.flextx.parked_runs import audited, parked_at_book, parked_at_wrap
from tests.flextx.run_rows import answer, effects, make_due, recover, run_of, side, sides, state
from tests.flextx.shop.models import Fault

pytestmark = pytest.mark.usefixtures("doors_open", "db")


def test_what_is_parked_is_listed_with_its_reason_and_what_can_be_done() -> None:
    """Fault tried: items() without the last error."""
    run_id = parked_at_wrap()

    (item,) = OPERATOR.get("parked").says(200)["results"]

    assert item["id"] == f"run-{run_id}" and item["name"] == "sell" and item["about"] == "cup"
    assert (item["where"], item["reason"], item["tries"]) == ("do wrap", "tries_exhausted", 3)
    assert "a defect in the shop" in item["last_error"]
    assert item["actions"] == ["retry", "complete", "skip", "undo"]


def test_retry_goes_on_once_it_is_repaired() -> None:
    """Fault tried: retry keeps the tries: parked again at once."""
    run_id = parked_at_wrap()
    OPERATOR.post(f"parked/run-{run_id}/retry", reason="try").says(200)
    recover()
    assert state(run_id) == "running" and side(run_id, "do wrap").tries == 1

    Fault.objects.all().delete()
    make_due(run_id)
    recover()

    assert effects(run_id) == ["do wrap", "do hand_over"]
    row = OperatorAction.objects.get()
    assert (row.before["state"], row.before["tries"]) == ("parked", 3)
    assert (row.after["state"], row.after["tries"]) == ("running", 0)
    OPERATOR.post(f"parked/run-{run_id}/retry", reason="again").says(404, "not_parked")


def test_undo_from_here() -> None:
    """Fault tried: may_turn_back is always true: an undo behind the point of no return."""
    run_id = parked_at_wrap()
    OPERATOR.post(f"parked/run-{run_id}/undo", reason="the customer left").says(200)
    answer(run_id, "undo reserve", "applied")
    assert (state(run_id), run_of(run_id).reason) == ("undone", "undone_by_operator")
    assert audited() == [("undo", "op-1", "", "the customer left", "done")]

    other = parked_at_book()
    OPERATOR.post(f"parked/run-{other}/undo", reason="why").says(409, "action_refused")
    assert state(other) == "parked" and "undo reserve" not in sides(other)


@pytest.mark.parametrize("action", ["retry", "skip", "complete", "undo"])
def test_a_users_token_and_an_unknown_id_change_nothing(action: str) -> None:
    """Fault tried: the view without its permission."""
    run_id = parked_at_wrap()

    USER.post(f"parked/run-{run_id}/{action}", reason="mine").says(403)
    for unknown in (f"run-{uuid4()}", f"job-{run_id}", "job-99", "run-1", "nothing"):
        OPERATOR.post(f"parked/{unknown}/{action}", reason="why").says(404, "not_parked")

    assert state(run_id) == "parked" and audited() == [] and Run.objects.count() == 1
    USER.get("parked").says(403)
    USER.get("operator-actions").says(403)


def test_the_audit_can_be_read_newest_first() -> None:
    """Fault tried: the subject is not looked at."""
    run_id = parked_at_wrap()
    OPERATOR.post(f"parked/run-{run_id}/retry", reason="first").says(200)
    make_due(run_id)
    Fault.objects.all().delete()
    recover()

    (row,) = OPERATOR.get(f"operator-actions?subject=run-{run_id}").says(200)["results"]

    assert (row["action"], row["who"], row["reason"]) == ("retry", "op-1", "first") and row["done_at"]
    assert OPERATOR.get("operator-actions?subject=run-2").says(200)["results"] == []
