"""Who may ask for a refund of what, and whose approval a large one waits for."""

import pytest
from pytest_django import Settings

from contracts import HoldRefund, TakeRefund
from flextx.operate.models import OperatorAction
from flextx.saga.models import Run
from flextx.testing.sagas import expect_saga
from order_service.recharge.models import Order
from order_service.recharge.moves import move
from tests.order_service.refund_stories import (
    ask_refund,
    bought,
    commands_to,
    refunding,
    shown,
    states,
)
from tests.order_service.stories import (
    BUYER,
    OPERATOR,
    SECOND_OPERATOR,
    SERVICE,
    STRANGER,
    Person,
    everything,
    has_paid,
)
from tests.support.callers import Answer, post

pytestmark = pytest.mark.usefixtures("channel")


def order_in(status: str) -> Order:
    order = BUYER.has_ordered()
    if status == "completed":
        has_paid(order)
    if status == "closed":
        move(order, "closed", who="test", why="expired", closed_at=order.created_at)
    return order


@pytest.mark.parametrize(
    ("status", "code"),
    [("pending", "nothing_to_refund"), ("closed", "nothing_to_refund"), ("completed", "not_credited_yet")],
)
def test_what_was_not_credited_cannot_be_refunded(status: str, code: str) -> None:
    """Fault tried: the branch for completed orders left out; `!= CREDITED` made `== PENDING`."""
    order = order_in(status)
    before = everything()

    for who in (BUYER, OPERATOR):
        ask_refund(order, who).refuses(409, code)
    assert everything() == before


def test_another_persons_order_is_not_found_and_services_may_not() -> None:
    """Fault tried: the order read without order_for."""
    order = bought()
    before = everything()

    ask_refund(order, STRANGER).refuses(404, "not_found")
    ask_refund(order, SERVICE).refuses(403, "permission_denied")
    OPERATOR.post("/api/v1/orders/R0/refund", {"reason": "x"}).refuses(404, "not_found")
    post(f"/api/v1/orders/{order.order_no}/refund", b'{"reason": "x"}').refuses(401, "not_authenticated")
    assert everything() == before


@pytest.mark.parametrize("body", [{"reason": ""}, {"reason": None}, {"reason": "x" * 501}, {"to_debt": "perhaps"}])
def test_a_request_that_cannot_be_understood_is_refused(body: dict[str, object]) -> None:
    order = bought()
    before = everything()

    ask_refund(order, **body).refuses(400, "invalid")
    assert everything() == before


def test_only_operators_make_debts() -> None:
    """Fault tried: DebtForOperators not raised."""
    order = bought()
    before = everything()

    ask_refund(order, to_debt=True).refuses(403, "permission_denied")
    assert everything() == before


def test_an_owner_who_is_refused_too_often_has_to_ask_an_operator(settings: Settings) -> None:
    """Fault tried: the attempts of all orders counted; operators counted like owners."""
    settings.REFUND_ATTEMPTS_MAX = 2
    order, other = bought(), bought()
    for _ in range(2):
        expect_saga(refunding(order), path=[(HoldRefund, "refused")], ends="refused")
    before = everything()

    ask_refund(order).refuses(429, "too_many_refunds")
    assert everything() == before
    refunding(other)
    refunding(order, OPERATOR)


def decide(run: Run, decision: str, who: Person = SECOND_OPERATOR) -> Answer:
    return who.post(f"/api/v1/runs/{run.run_id}/{decision}", {"reason": "looked at it"})


@pytest.fixture
def approvals(settings: Settings) -> None:
    settings.REFUND_APPROVAL_LIMIT_MINOR = 599


def test_at_the_limit_nobody_is_asked(settings: Settings) -> None:
    """Fault tried: `>=` for `>`."""
    settings.REFUND_APPROVAL_LIMIT_MINOR = 600
    assert commands_to(refunding(bought())) == ["HoldRefund"]


@pytest.mark.usefixtures("approvals")
def test_above_the_limit_it_waits_for_another_operator() -> None:
    """Fault tried: `only_if` left out of the step, with needs_approval turned round."""
    order = bought()
    run = refunding(order, OPERATOR)
    before = everything()
    assert (run.state, commands_to(run), states(order)) == ("waiting", [], ("refunding", ["refunding"]))

    decide(run, "approve", OPERATOR).refuses(409, "second_person_needed")
    decide(run, "approve", BUYER).refuses(403, "permission_denied")
    assert everything() == before

    decide(run, "approve").json()
    assert commands_to(run) == ["HoldRefund"]
    audit = OperatorAction.objects.get()
    assert (audit.action, audit.who, audit.why) == ("approve", "op-2", "looked at it")
    path = [("approve", "applied"), (HoldRefund, "applied"), ("pay_back", "applied"), (TakeRefund, "applied")]
    expect_saga(run, path=path, ends="done")
    assert states(order) == ("refunded", ["refunded"])


@pytest.mark.usefixtures("approvals")
def test_what_is_not_approved_is_as_it_was_and_can_be_asked_for_again() -> None:
    """Fault tried: refund_ended for finished runs only."""
    order = bought()
    run = refunding(order)

    decide(run, "refuse", OPERATOR).json()

    assert (states(order), commands_to(run)) == (("credited", ["accepted"]), [])
    assert shown(order)["refund"] == {"run_id": str(run.run_id), "status": "refused", "reason": "not_approved"}
    assert refunding(order).run_id != run.run_id
