"""No difference without a name, a meaning, something to do, and a story that plants it."""

from account_service.ledger.reconcile import reconcile
from flextx.reconciliation import declared
from tests.support.difference_classes import IN_TESTS_FLEXTX, named_in_stories, row_of, told


def test_every_class_is_told_to_people_as_it_is_declared() -> None:
    """Fault tried: a meaning changed on the page alone."""
    assert callable(reconcile)  # importing it declares them all
    assert len(declared()) >= 21
    assert {row_of(one) for one in declared().values()} - told() == set()


def test_every_class_is_planted_by_a_story() -> None:
    assert set(declared()) - named_in_stories("account_service") - IN_TESTS_FLEXTX == set()
