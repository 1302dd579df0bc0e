"""Runs that wait for a person, and what was done about them."""

from uuid import UUID

from flextx.operate.models import OperatorAction
from tests.flextx.run_rows import answer, make_due, recover, state, too_late
from tests.flextx.shop.models import Fault
from tests.flextx.shop.saga import SELL, start


def parked_at_wrap() -> UUID:
    """A run whose local step failed to the end of its tries."""
    Fault.objects.create(name="cup: do wrap", kind="defect")
    run_id = start(SELL, "cup")
    answer(run_id, "do reserve", "applied")
    for _ in range(2):
        make_due(run_id)
        recover()
    assert state(run_id) == "parked"
    return run_id


def parked_at_book() -> UUID:
    """Behind the point of no return: no answer in time."""
    run_id = start(SELL, "plate")
    answer(run_id, "do reserve", "applied")
    too_late(run_id, "do book")
    assert state(run_id) == "parked"
    return run_id


def audited() -> list[tuple[str, str, str, str, str]]:
    rows = OperatorAction.objects.order_by("id")
    return [(row.action, row.who, row.confirmed_by, row.why, row.state) for row in rows]
