"""expect_saga: a path reads as a list, and a saga that takes another one says so."""

import pytest

from flextx.saga.models import Run, StepSide
from flextx.testing import expect_saga
from flextx.testing.sagas import Expected
from tests.flextx.shop.commands import BookSale, ReleaseThing, ReserveThing, ShipThing
from tests.flextx.shop.models import Fault
from tests.flextx.shop.saga import BUY, SELL, SHIP

CUP = {"thing": "cup", "needs_approval": True}
pytestmark = pytest.mark.usefixtures("db")


def test_the_happy_way() -> None:
    """Fault tried: _follow goes forwards by two steps."""
    run = expect_saga(
        SELL,
        data=CUP,
        path=[(ReserveThing, "applied"), ("wrap", "applied"), ("hand_over", "applied"), (BookSale, "applied")],
        ends="done",
    )

    assert run.reason == "" and run.finished_at is not None and run.next_due_at is None
    assert list(StepSide.objects.filter(run=run).order_by("id").values_list("name", "kind")) == [
        ("reserve", "compensatable"),
        ("wrap", "compensatable"),
        ("hand_over", "pivot"),
        ("book", "retriable"),
    ]


def test_a_refusal_is_compensated_in_reverse_order() -> None:
    """Fault tried: _follow goes forwards on the undo side too."""
    Fault.objects.create(name="cup: do hand_over", kind="refusal")

    run = expect_saga(
        SELL,
        data=CUP,
        path=[
            (ReserveThing, "applied"),
            ("wrap", "applied"),
            ("hand_over", "refused"),
            ("undo wrap", "applied"),
            (ReleaseThing, "applied"),
        ],
        ends="undone",
    )

    assert (run.reason, run.detail) == ("not_today", "The shop does not do that today.")
    assert run.open_key is None


def test_what_was_refused_first_leaves_nothing_to_undo() -> None:
    """Fault tried: _is_to_be_taken undoes a refused command too."""
    run = expect_saga(SELL, data=CUP, path=[(ReserveThing, "refused")], ends="refused")

    assert (run.reason, run.open_key) == ("refused", None)


@pytest.mark.parametrize(("undone", "ends"), [("applied", "undone"), ("empty", "refused")])
def test_the_undo_is_sent_also_while_nobody_knows_of_the_do(undone: str, ends: str) -> None:
    """Fault tried: _is_to_be_taken undoes only what was applied."""
    run = expect_saga(SELL, data=CUP, path=[(ReserveThing, "too_late"), (ReleaseThing, undone)], ends=ends)

    assert run.reason == "deadline_passed"


def test_people_and_outside_parties_have_their_place_in_the_list() -> None:
    """Fault tried: a refused call goes forwards."""
    path = [("approve", "applied"), (ReserveThing, "applied"), ("pay", "refused"), (ReleaseThing, "applied")]
    assert expect_saga(BUY, data=CUP, path=path, ends="undone", business_key="1").reason == "refused"

    run = expect_saga(BUY, data=CUP, path=[("approve", "refused")], ends="refused", business_key="2")
    assert (run.reason, run.detail) == ("not_approved", "a test says so")
    expect_saga(BUY, data=CUP, path=[("approve", "too_late")], ends="refused", business_key="3")


def test_a_remote_point_of_no_return_can_refuse() -> None:
    """Fault tried: a refusal of the pivot is a person's."""
    expect_saga(
        SHIP,
        data=CUP,
        path=[(ReserveThing, "applied"), (ShipThing, "refused"), (ReleaseThing, "applied")],
        ends="undone",
    )


def test_a_step_that_fails_here_is_told_and_the_run_waits() -> None:
    """Fault tried: an error that is tried again is told as attempted."""
    Fault.objects.create(name="cup: do wrap", kind="defect")

    run = expect_saga(SELL, data=CUP, path=[(ReserveThing, "applied"), ("wrap", "failed")], ends="running")

    assert "a defect in the shop" in run.last_error


def test_a_run_of_a_services_own_is_taken_along() -> None:
    """Fault tried: a second run is started for it."""
    run = expect_saga(SELL, data=CUP, path=[(ReserveThing, "attempted")], ends="running")

    expect_saga(run, path=[(ReserveThing, "refused")], ends="refused")
    assert Run.objects.count() == 1


@pytest.mark.parametrize(
    ("path", "ends", "said"),
    [
        ([(ShipThing, "applied")], "done", r"expected ShipThing to be next, but what came is do reserve \(attempted\)"),
        ([(ReserveThing, "refused"), ("wrap", "applied")], "done", "expected wrap to be next, but .* refused refused"),
        ([(ReserveThing, "applied"), ("wrap", "refused")], "undone", "expected wrap to be refused, but it was applied"),
        ([(ReserveThing, "refused")], "done", "expected the run to end done here, but what came is nothing more"),
        (
            [(ReserveThing, "applied")],
            "running",
            r"what came is do wrap \(applied\), do hand_over \(applied\), do book \(attempted\)",
        ),
    ],
)
def test_another_path_than_expected_is_told(path: list[Expected], ends: str, said: str) -> None:
    """Fault tried: the sides behind the path are not looked at."""
    with pytest.raises(AssertionError, match=said):
        expect_saga(SELL, data=CUP, path=path, ends=ends)
