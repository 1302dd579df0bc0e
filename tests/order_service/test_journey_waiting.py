"""Why is my money not there yet? Everything an order waits for, since when, and what a person can do about it."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from contracts import HoldRefund, TakeRefund
from flextx.envelope import rfc3339, rfc3339_if_any
from flextx.inbox.models import DivertedKey, DivertedRecord
from flextx.outbox.models import OutboxMessage
from flextx.saga.models import Run, StepSide
from flextx.testing import expect_saga
from order_service.recharge.models import Incident, Order, Payment
from order_service.refunds.models import Refund
from tests.order_service.news import credit_of, deliver, record_of
from tests.order_service.refund_stories import account_says, refunding, worker_looks
from tests.order_service.stories import (
    BUYER,
    OPERATOR,
    Person,
    call_back,
    everything,
    has_paid,
    payment_of,
)
from tests.order_service.test_refund_reconcile import credited, owed, under_way
from tests.support.web_process import WebProcess

TOLD = {"since", "service", "what", "why", "next_at", "parked_id", "what_to_do", "last_error"}


def waits(order: Order, who: Person = OPERATOR) -> list[dict[str, Any]]:
    before = everything()
    told = who.get(f"/api/v1/orders/{order.order_no}/journey").json()["waiting"]
    assert everything() == before
    assert all(set(one) == TOLD and one["why"] for one in told)
    assert [one["since"] for one in told] == sorted(one["since"] for one in told)
    assert isinstance(told, list)
    return told


def what(order: Order, who: Person = OPERATOR) -> list[str]:
    return [one["what"] for one in waits(order, who)]


def the(order: Order, name: str) -> dict[str, Any]:
    [one] = [one for one in waits(order) if one["what"] == name]
    return one


def is_sent(**changes: Any) -> None:
    OutboxMessage.objects.update(**{"state": "sent", "sent_at": timezone.now(), "partition": 5, "offset": 41} | changes)


def test_an_unpaid_order_waits_for_its_payment(channel: WebProcess) -> None:
    """Fault tried: the wait for a payment told of every order."""
    order = BUYER.has_ordered()

    [wait] = waits(order)

    assert (wait["what"], wait["service"], wait["since"]) == ("payment", "order", rfc3339(order.created_at))
    assert wait["next_at"] == rfc3339(order.settle_due_at)
    assert f"/api/v1/orders/{order.order_no}/complete" in wait["what_to_do"]
    assert [one["what_to_do"] for one in waits(order, BUYER)] == ["Pay at payment.url."]


def test_without_the_channel_it_waits_for_its_page_too() -> None:
    assert sorted(what(BUYER.has_ordered())) == ["payment", "payment_page"]


def test_what_has_arrived_waits_for_nothing() -> None:
    """Fault tried: the wait for the credit told of a credited order."""
    order = credited()
    is_sent()

    assert (waits(order), waits(order, BUYER)) == ([], [])


def test_a_paid_order_waits_for_its_message_to_leave() -> None:
    order = BUYER.has_ordered()
    has_paid(order)
    OutboxMessage.objects.update(failures=2, last_error="the log is full")
    row = OutboxMessage.objects.get()

    wait = the(order, "message_unsent")

    assert (wait["since"], wait["next_at"]) == (rfc3339(row.occurred_at), rfc3339(row.due_at))
    assert (wait["last_error"], wait["parked_id"]) == ("the log is full", None)
    assert "refused it 2 time(s)" in wait["why"]
    [told] = waits(order, BUYER)
    assert (told["what"], told["last_error"], told["what_to_do"]) == ("message_unsent", None, None)


def test_a_parked_message_says_where_it_is_parked() -> None:
    order = BUYER.has_ordered()
    has_paid(order)
    OutboxMessage.objects.update(state="parked", last_error="too large")
    row = OutboxMessage.objects.get()

    wait = the(order, "message_parked")

    assert (wait["parked_id"], wait["last_error"], wait["next_at"]) == (f"outbox-{row.pk}", "too large", None)
    assert [(one["parked_id"], one["last_error"]) for one in waits(order, BUYER)] == [(None, None)]


def test_once_it_has_left_the_order_waits_for_the_account_service() -> None:
    """Fault tried: the time of completion in place of sent_at."""
    order = BUYER.has_ordered()
    has_paid(order)
    is_sent()
    row = OutboxMessage.objects.get()
    assert row.sent_at

    wait = the(order, "credit")

    assert (wait["service"], wait["since"]) == ("account", rfc3339(row.sent_at))
    assert f"At the account service: GET /api/v1/parked?about={order.order_no};" in wait["what_to_do"]
    assert f"POST /api/v1/orders/{order.order_no}/announce here" in wait["what_to_do"]


@pytest.mark.parametrize(("state", "name"), [("waiting", "record_aside"), ("parked", "record_parked")])
def test_an_answer_that_was_set_aside_is_for_operators(state: str, name: str) -> None:
    """Fault tried: records that were handled told too; the owner shown what is for operators."""
    order = BUYER.has_ordered()
    has_paid(order)
    is_sent()
    due_at = None if state == "parked" else timezone.now()
    DivertedKey.objects.create(consumer="order-service", key=order.order_no, due_at=due_at)
    record = record_of(credit_of(order))
    kept = {"consumer": "order-service", "topic": record.topic, "partition": 1, "key": record.key, "headers": []}
    DivertedRecord.objects.create(**kept, offset=1, body=b"", state="handled")
    row = DivertedRecord.objects.create(
        **kept, offset=2, body=b"", state=state, tries=3, reason="ValueError", last_error="Traceback"
    )

    wait = the(order, name)

    assert wait["parked_id"] == (f"inbox-{row.pk}" if state == "parked" else None)
    assert (wait["since"], wait["last_error"]) == (rfc3339(row.diverted_at), "Traceback")
    assert wait["next_at"] == rfc3339_if_any(due_at)
    assert what(order, BUYER) == ["credit"]


def test_a_refused_callback_is_for_operators() -> None:
    order = BUYER.has_ordered()
    call_back(payment_of(order, amount_minor=1)).json(422)

    wait = the(order, "incident")

    assert wait["since"] == rfc3339(Incident.objects.get().first_seen_at)
    assert "amount_mismatch" in wait["why"]
    assert "incident" not in what(order, BUYER)


def test_a_surplus_trade_waits_for_its_refund() -> None:
    """Fault tried: payments with a refund under way told as surplus too."""
    order = credited()
    is_sent()
    has_paid(order)
    payment = Payment.objects.get(state="to_refund")
    assert what(order) == ["refund_channel"]

    Refund.objects.filter(payment=payment).update(status="refused", open_payment=None, ended_at=timezone.now())

    wait = the(order, "surplus_payment")
    assert wait["since"] == rfc3339(payment.received_at)
    assert payment.trade_no in wait["why"]


def test_a_refund_waits_for_the_account_service_then_for_the_channel() -> None:
    """Fault tried: the step's own time left out."""
    order = under_way()
    is_sent()
    run = Run.objects.get()
    side = StepSide.objects.get()
    wait = the(order, "refund_account")
    assert run.next_due_at
    assert (wait["service"], wait["since"], wait["next_at"]) == (
        "account",
        rfc3339(side.started_at),
        rfc3339(run.next_due_at),
    )

    account_says(run, "applied")
    worker_looks(run)

    wait = the(order, "refund_channel")
    assert "asked 1 time(s)" in wait["why"]
    assert wait["last_error"]  # the channel is away in this story
    assert what(order, BUYER) == ["refund_channel"]


def test_a_large_refund_waits_for_an_approval() -> None:
    order = BUYER.has_ordered("coins-3000")
    has_paid(order)
    deliver(record_of(credit_of(order)))
    is_sent()
    run = refunding(order)

    wait = the(order, "refund_approval")

    assert run.next_due_at
    assert wait["next_at"] == rfc3339(run.next_due_at)
    assert f"/api/v1/runs/{run.run_id}/approve" in wait["what_to_do"]


def test_a_parked_refund_says_where_it_is_parked() -> None:
    order = owed()
    Run.objects.update(state="parked", parked_reason="tries_used_up", last_error="no answer", next_due_at=None)

    wait = the(order, "refund_parked")

    assert (wait["parked_id"], wait["last_error"]) == (f"run-{Run.objects.get().run_id}", "no answer")
    assert [(one["parked_id"], one["last_error"]) for one in waits(order, BUYER)] == [(None, None)]


def test_a_refunds_hops_follow_the_ten_of_the_recharge() -> None:
    """Fault tried: the steps told newest first."""
    order = credited()
    path = [(HoldRefund, "applied"), ("pay_back", "applied"), (TakeRefund, "applied")]
    run = refunding(order)
    expect_saga(run, path=path, ends="done")

    hops = BUYER.get(f"/api/v1/orders/{order.order_no}/journey").json()["hops"]

    refund = Refund.objects.get()
    sides = list(StepSide.objects.order_by("id"))
    assert [(hop["hop"], hop["name"], hop["at"]) for hop in hops[10:]] == [
        (11, "refund_asked", rfc3339(refund.created_at)),
        *((12 + number, f"refund_{side.name}", rfc3339_if_any(side.settled_at)) for number, side in enumerate(sides)),
        (15, "refund_ended", rfc3339_if_any(refund.ended_at)),
    ]
    assert [side.name for side in sides] == ["hold", "pay_back", "take"]
    assert hops[10]["details"]["run_id"] == str(run.run_id)
    assert hops[-1]["details"] == {"status": "refunded", "reason": ""}
