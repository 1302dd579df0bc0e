"""Local steps: done in the run's own transaction; an error is tried again, later each time, and then a person's."""

import pytest
from django.db import OperationalError

from flextx.saga.declaration import Saga, Step
from flextx.saga.models import Run
from tests.flextx.run_rows import (
    answer,
    effects,
    make_due,
    recover,
    run_of,
    seconds_until_due,
    side,
    sides,
    state,
)
from tests.flextx.shop.effects import effect
from tests.flextx.shop.models import Fault
from tests.flextx.shop.saga import QUICK, SELL, start

pytestmark = pytest.mark.usefixtures("shop")


def file_away(run: Run) -> None:
    effect(run.run_id, run.data["thing"], "do file")


FILE = Saga("file", Step("write", do=lambda run: None), Step("file", do=file_away, policy=QUICK))


def test_an_error_is_tried_again_and_after_the_last_try_a_person_is_asked() -> None:
    """Fault tried: fail() never parks; the step's work is not rolled back."""
    Fault.objects.create(name="cup: do wrap", kind="defect")
    run_id = start(SELL, "cup")
    answer(run_id, "do reserve", "applied")
    assert (state(run_id), side(run_id, "do wrap").tries, effects(run_id)) == ("running", 1, [])
    assert 30 >= seconds_until_due(run_id) > 10

    for tries in (2, 3):
        make_due(run_id)
        recover()
        assert side(run_id, "do wrap").tries == tries

    run = run_of(run_id)
    assert (run.state, run.parked_reason, side(run_id, "do wrap").tries) == ("parked", "tries_exhausted", 3)
    assert "RuntimeError: a defect in the shop" in run.last_error and effects(run_id) == []
    assert run.next_due_at is None


def test_what_was_repaired_meanwhile_goes_on_by_itself() -> None:
    """Fault tried: a failed side is not begun again."""
    fault = Fault.objects.create(name="cup: do wrap", kind="defect")
    run_id = start(SELL, "cup")
    answer(run_id, "do reserve", "applied")
    fault.delete()

    make_due(run_id)
    recover()

    assert effects(run_id) == ["do wrap", "do hand_over"] and run_of(run_id).parked_reason == ""


def test_an_undo_cannot_refuse_it_is_tried_again_and_then_a_persons() -> None:
    """Fault tried: a refusal backwards counts as an answer: the reservation is never released."""
    Fault.objects.create(name="cup: do hand_over", kind="refusal")
    Fault.objects.create(name="cup: undo wrap", kind="refusal")
    run_id = start(SELL, "cup")
    answer(run_id, "do reserve", "applied")
    assert (state(run_id), side(run_id, "undo wrap").tries) == ("undoing", 1)
    for _ in range(3):
        make_due(run_id)
        recover()

    assert (state(run_id), run_of(run_id).parked_reason) == ("parked", "tries_exhausted")
    assert "undo reserve" not in sides(run_id) and "NotToday" in run_of(run_id).last_error


def test_a_refusal_behind_the_point_of_no_return_is_a_failure() -> None:
    """Fault tried: it settles the step: parked at once, and a retry finds it refused for ever."""
    fault = Fault.objects.create(name="cup: do file", kind="refusal")
    run_id = start(FILE, "cup")
    assert (state(run_id), sides(run_id)["do file"], side(run_id, "do file").tries) == ("running", "attempted", 1)

    fault.delete()
    make_due(run_id)
    recover()

    assert state(run_id) == "done" and effects(run_id) == ["do file"]


def test_an_outage_burns_neither_a_try_nor_a_claim() -> None:
    """Fault tried: _work without _give_back: parked as stuck, for deaths that were none."""
    fault = Fault.objects.create(name="cup: do wrap", kind="defect")
    run_id = start(SELL, "cup")
    answer(run_id, "do reserve", "applied")
    Fault.objects.update(kind="outage")
    for _ in range(10):
        make_due(run_id)
        with pytest.raises(OperationalError, match="an outage"):
            recover()
    assert (state(run_id), run_of(run_id).claims, side(run_id, "do wrap").tries) == ("running", 0, 1)

    fault.delete()
    make_due(run_id)
    recover()
    assert effects(run_id) == ["do wrap", "do hand_over"]
