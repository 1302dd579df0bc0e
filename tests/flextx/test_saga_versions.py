"""A new definition is deployed while runs are under way: each finishes the steps that it was started with."""

import pytest

from flextx.operate.actions import act
from flextx.saga.models import Run
from flextx.testing import wait_until
from tests.flextx.appending import append, outgoing
from tests.flextx.processes import Staff
from tests.flextx.run_rows import effects, make_due, run_of, side, sides, state
from tests.flextx.shop.events import ThingSold
from tests.flextx.shop.models import Fault
from tests.flextx.shop.saga import SELL, start


def sold(thing: str) -> None:
    append(outgoing(ThingSold(name=thing), thing))


def started(thing: str) -> Run:
    return wait_until(lambda: Run.objects.filter(business_key=thing).first(), seconds=60)  # type: ignore[return-value]


def test_a_run_finishes_the_steps_it_was_started_with(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fault tried: declaration_of gives the newest version."""
    monkeypatch.setenv("SHOP_SELL_VERSIONS", "1")
    Fault.objects.create(name="cup: do wrap", kind="defect")
    before = [staff.relay("relay-1"), staff.consumer("consumer-1")]
    sold("cup")
    run_id = started("cup").run_id
    wait_until(lambda: sides(run_id).get("do wrap") == "attempted", seconds=60)
    assert [worker.terminate() for worker in before] == [0, 0]
    Fault.objects.all().delete()

    monkeypatch.setenv("SHOP_SELL_VERSIONS", "1,2")  # one step inserted, one removed
    staff.relay("relay-1")
    staff.consumer("consumer-1")
    staff.recovery("recovery-1")
    sold("plate")
    make_due(run_id)
    later = started("plate").run_id
    wait_until(lambda: state(run_id) == state(later) == "done", seconds=60)

    assert (run_of(run_id).version, run_of(later).version) == (1, 2)
    assert effects(run_id) == ["do reserve", "do wrap", "do hand_over", "do book"]
    assert effects(later) == ["do reserve", "do label", "do hand_over", "do book"]


def test_a_version_that_is_gone_parks_its_runs_and_they_go_on_when_it_is_back(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault tried: a reply for it goes aside, and every later one of the run behind it."""
    run_id = start(SELL, "cup")
    monkeypatch.setenv("SHOP_SELL_VERSIONS", "2")
    without = [staff.relay("relay-1"), staff.consumer("consumer-1"), staff.recovery("recovery-1")]
    wait_until(lambda: side(run_id, "do reserve").state == "applied", seconds=60)
    wait_until(lambda: state(run_id) == "parked" or make_due(run_id), seconds=60)

    assert run_of(run_id).parked_reason == "stuck" and effects(run_id) == ["do reserve"]
    assert "UnknownDefinition: sell version 1 is not declared here: deploy it again" in run_of(run_id).last_error
    for worker in without:
        worker.terminate()

    monkeypatch.setenv("SHOP_SELL_VERSIONS", "1,2")
    staff.relay("relay-1")
    staff.consumer("consumer-1")
    staff.recovery("recovery-1")
    act(action="retry", parked_id=f"run-{run_id}", who="op-1", why="version 1 is deployed again")
    wait_until(lambda: state(run_id) == "done", seconds=60)

    assert effects(run_id) == ["do reserve", "do wrap", "do hand_over", "do book"]
