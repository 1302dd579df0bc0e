"""A saga's declaration: the kinds follow from it, and what contradicts itself is refused at import."""

import pytest

from flextx.outcome import Outcome
from flextx.saga.declaration import Action, Kind, Outside, OutsideAnswer, Person, Saga, SagaMisdeclared, Step
from flextx.saga.models import Run
from tests.flextx.shop.commands import BookSale, ReleaseThing, ReserveThing, ShipThing


def here(run: Run) -> None:
    """A local step."""


def ask(run: Run) -> OutsideAnswer:
    return OutsideAnswer(Outcome.OK)


@pytest.mark.parametrize(
    ("steps", "kinds", "pivot"),
    [
        ([Step("a", do=ReserveThing, undo=ReleaseThing), Step("b", do=here, undo=here)], "compensatable " * 2, 2),
        ([Step("a", do=ReserveThing, undo=ReleaseThing), Step("b", do=ShipThing)], "compensatable pivot", 1),
        ([Step("a", do=here), Step("b", do=BookSale), Step("c", do=here)], "pivot retriable retriable", 0),
        ([Step("a", do=Person()), Step("b", do=Outside(ask))], "compensatable pivot", 1),
        ([Step("a", do=Outside(ask), undo=here), Step("b", do=Outside(ask))], "compensatable pivot", 1),
    ],
)
def test_kinds_follow_from_the_declaration(
    request: pytest.FixtureRequest, steps: list[Step], kinds: str, pivot: int
) -> None:
    """Fault tried: the pivot counts as compensatable."""
    saga = Saga(request.node.name, *steps)

    assert [saga.kind(number) for number in range(len(steps))] == [Kind(kind) for kind in kinds.split()]
    assert saga.pivot == pivot


def after_the_pivot(do: Action, undo: type | None = None) -> list[Step]:
    return [Step("a", do=here), Step("b", do=do, undo=undo)]


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([], "give it steps with names of their own"),
        ([Step("a", do=here), Step("a", do=here)], "give it steps with names of their own"),
        (after_the_pivot(BookSale, ReleaseThing), "b stands behind the pivot: nothing would ever undo it"),
        (after_the_pivot(Person()), "b stands behind the pivot: nothing would ever undo it"),
        (after_the_pivot(ShipThing), "b stands behind the pivot: its command must not refuse"),
        ([Step("a", do=ReserveThing, undo=ShipThing)], "an undo must not refuse"),
    ],
)
def test_what_contradicts_itself_is_refused(request: pytest.FixtureRequest, steps: list[Step], said: str) -> None:
    """Fault tried: each of _check's four conditions left out."""
    with pytest.raises(SagaMisdeclared, match=said):
        Saga(request.node.name, *steps)


def test_the_same_version_is_not_declared_twice() -> None:
    """Fault tried: _register overwrites."""
    Saga("twice", Step("a", do=here))
    Saga("twice", Step("b", do=here), version=2)

    with pytest.raises(SagaMisdeclared, match="twice version 2 is declared twice"):
        Saga("twice", Step("c", do=here), version=2)
