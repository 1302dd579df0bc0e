"""No difference without a name, a meaning, something to do, and a story that plants it."""

import pytest

from flextx.reconciliation import Findings, UndeclaredDifference, declared
from order_service.reconcile import reconcile
from tests.support.difference_classes import IN_TESTS_FLEXTX, named_in_stories, row_of, told


def test_every_class_is_told_to_people_as_it_is_declared() -> None:
    """Fault tried: a meaning changed on the page alone."""
    assert callable(reconcile)  # importing it declares them all
    assert len(declared()) >= 16
    assert {row_of(one) for one in declared().values()} - told() == set()


def test_every_class_is_planted_by_a_story() -> None:
    assert set(declared()) - named_in_stories("order_service") - IN_TESTS_FLEXTX == set()


def test_a_difference_without_a_class_cannot_be_named() -> None:
    with pytest.raises(UndeclaredDifference, match="no_such_class"):
        Findings().differs("no_such_class", "R1", "x")
