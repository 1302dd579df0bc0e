"""When a refund is too late: before the channel was asked everything is as it was, afterwards a person must look."""

import pytest
from pytest_django import Settings

from contracts import HoldRefund, ReleaseRefund
from flextx.saga.models import StepSide
from flextx.testing.answers import LONG_AGO
from flextx.testing.sagas import expect_saga
from tests.order_service.refund_stories import (
    account_says,
    bought,
    commands_to,
    refunding,
    shown,
    states,
    worker_looks,
)

pytestmark = pytest.mark.usefixtures("channel")


def test_nobody_approves_within_48_hours(settings: Settings) -> None:
    """Fault tried: the saga's own deadline left at a day."""
    settings.REFUND_APPROVAL_LIMIT_MINOR = 599
    order = bought()
    run = refunding(order)
    assert run.deadline_at is not None and run.next_due_at is not None
    assert round((run.next_due_at - run.created_at).total_seconds() / 3600) == 48

    expect_saga(run, path=[("approve", "too_late")], ends="refused")
    assert (states(order), commands_to(run)) == (("credited", ["accepted"]), [])


def test_once_the_channel_was_asked_no_deadline_leads_back_and_a_person_is_asked() -> None:
    """Fault tried: `may_have_left = False` in the engine's may_turn_back."""
    order = bought(refund_delay_seconds=3600)
    run = refunding(order)
    account_says(run, "applied")
    worker_looks(run)

    StepSide.objects.filter(run=run, name="pay_back").update(deadline_at=LONG_AGO)
    worker_looks(run)

    assert (run.state, run.parked_reason, run.deadline_at) == ("parked", "deadline_passed", None)
    assert (commands_to(run), states(order)) == (["HoldRefund"], ("refunding", ["refunding"]))


def test_at_the_deadline_of_the_hold_nothing_was_paid_back_and_the_coins_are_released() -> None:
    """Fault tried: no undo declared for `hold`."""
    order = bought()
    run = refunding(order)
    expect_saga(run, path=[(HoldRefund, "too_late"), (ReleaseRefund, "empty")], ends="refused")
    assert states(order) == ("credited", ["accepted"])
    assert shown(order)["refund"]["reason"] == "deadline_passed"
