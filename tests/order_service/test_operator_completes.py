"""A callback never came: an operator asks the channel, and the channel's word decides."""

import json

import pytest
from pytest_django import Settings

from flextx.outbox.models import OutboxMessage
from order_service.recharge.models import Incident, Order, OrderMove, Payment
from order_service.recharge.moves import move
from order_service.refunds.models import Refund
from tests.order_service.stories import BUYER, OPERATOR, Person, call_back, everything, has_paid
from tests.support.callers import Answer
from tests.support.web_process import WebProcess


def pay(order: Order, **misbehave: object) -> dict[str, object]:
    """The payer's button, pressed by a program; the channel is told to call nobody back."""
    import urllib3

    assert order.payment_url is not None
    body = json.dumps({"misbehave": {"no_callback": True} | misbehave}).encode()
    answer = urllib3.request("POST", order.payment_url, body=body, timeout=5, retries=False)
    assert answer.status == 200, answer.data
    told = json.loads(answer.data)
    assert isinstance(told, dict)
    return told


def complete(order: Order, who: Person = OPERATOR) -> Answer:
    return who.post(f"/api/v1/orders/{order.order_no}/complete", {})


def test_what_the_channel_calls_paid_is_completed(channel: WebProcess) -> None:
    """Fault tried: the query's answer taken for REFUSED."""
    order = BUYER.has_ordered()
    trade = pay(order)

    told = complete(order).json()

    assert told == OPERATOR.get(f"/api/v1/orders/{order.order_no}").json()
    assert (told["status"], told["payments"]) == ("completed", [{"trade_no": trade["trade_no"], "state": "accepted"}])
    row = OrderMove.objects.get()
    assert (row.who, row.why) == ("operator op-1", "the channel was asked")
    assert OutboxMessage.objects.count() == 1


def test_asked_again_and_called_back_late_nothing_changes(channel: WebProcess) -> None:
    order = BUYER.has_ordered()
    trade = pay(order)
    first = complete(order).json()
    before = everything()

    assert complete(order).json() == first
    late = {key: trade[key] for key in ("trade_no", "order_no", "amount_minor", "currency", "status", "paid_at")}
    assert call_back(late | {"notify_id": "n-late", "merchant_id": "live-coins"}).json() == {"code": "SUCCESS"}
    assert everything() == before


def test_what_the_channel_calls_unpaid_stays_as_it_is(channel: WebProcess) -> None:
    """Fault tried: NOTPAY taken for paid in ask_channel."""
    order = BUYER.has_ordered()
    before = everything()

    complete(order).refuses(409, "channel_says_unpaid")
    assert everything() == before


def test_what_the_channel_never_saw_is_unpaid(sandbox_channel: WebProcess, settings: Settings) -> None:
    """Fault tried: a 404 taken for UNKNOWN."""
    order = BUYER.has_ordered()  # while the channel was away
    settings.SANDBOX_URL = sandbox_channel.url
    before = everything()

    complete(order).refuses(409, "channel_says_unpaid")
    assert everything() == before


def test_while_the_channel_is_away_nobody_knows() -> None:
    """Fault tried: status 0 taken for REFUSED."""
    order = BUYER.has_ordered()
    before = everything()

    complete(order).refuses(503, "channel_unknown")
    assert everything() == before


def test_an_answer_nobody_can_read_is_unknown_and_the_next_counts(channel: WebProcess) -> None:
    """Fault tried: an unreadable answer taken for REFUSED."""
    order = BUYER.has_ordered()
    pay(order, query_unknown=1)
    before = everything()

    complete(order).refuses(503, "channel_unknown")
    assert everything() == before
    assert complete(order).json()["status"] == "completed"


def test_another_amount_at_the_channel_is_refused_and_one_incident(channel: WebProcess) -> None:
    """Fault tried: check_terms left out of complete_order; no incident recorded by take_payments."""
    order = BUYER.has_ordered()
    trade = pay(order, amount_minor=1)
    before = everything()

    for times_seen in (1, 2):
        complete(order).refuses(422, "amount_mismatch")
        (incident,) = Incident.objects.all()
        assert (incident.trade_no, incident.reason) == (trade["trade_no"], "amount_mismatch")
        assert (incident.order_no, incident.times_seen) == (order.order_no, times_seen)
    assert everything() | {"Incident": []} == before

    # The callback finds the same: one incident still, whoever found it.
    told = {key: trade[key] for key in ("trade_no", "order_no", "amount_minor", "currency", "status", "paid_at")}
    call_back(told | {"notify_id": "n-1", "merchant_id": "live-coins"}).json(422)
    assert [incident.times_seen for incident in Incident.objects.all()] == [3]


def test_a_second_trade_at_the_channel_goes_back(channel: WebProcess) -> None:
    """Fault tried: `more_trades` not read."""
    order = BUYER.has_ordered()
    pay(order, second_trade=True)

    told = complete(order).json()

    assert (told["status"], [one["state"] for one in told["payments"]]) == ("completed", ["accepted", "to_refund"])
    assert (Refund.objects.count(), OutboxMessage.objects.count(), Incident.objects.count()) == (1, 1, 0)
    before = everything()
    assert complete(order).json() == told
    assert everything() == before


def test_a_closed_order_that_was_paid_becomes_refund_due(channel: WebProcess) -> None:
    """Fault tried: the branch for closed orders left out of complete_order."""
    order = BUYER.has_ordered()
    move(order, "closed", who="test", why="expired", closed_at=order.created_at)
    pay(order)

    assert complete(order).json()["status"] == "refund_due"
    assert [row.state for row in Payment.objects.all()] == ["to_refund"]
    assert OutboxMessage.objects.count() == 0


def test_an_order_that_does_not_exist_is_not_found(channel: WebProcess) -> None:
    OPERATOR.post(f"/api/v1/orders/R{'0' * 32}/complete", {}).refuses(404, "not_found")


@pytest.mark.parametrize("who", [BUYER, Person("s-1", "service")])
def test_nobody_else_may(channel: WebProcess, who: Person) -> None:
    order = BUYER.has_ordered()
    pay(order)
    before = everything()

    complete(order, who).refuses(403, "permission_denied")
    assert everything() == before


def test_an_operator_with_the_longest_name_is_written_down_whole(channel: WebProcess) -> None:
    """Fault tried: the audit row's `who` as short as a name may be long."""
    order = BUYER.has_ordered()
    pay(order)

    complete(order, Person("o" * 100, "operator")).json()
    assert OrderMove.objects.get().who == f"operator {'o' * 100}"


def test_a_paid_order_can_be_asked_about_while_the_channel_is_away() -> None:
    order = BUYER.has_ordered()
    has_paid(order)
    before = everything()

    complete(order).refuses(503, "channel_unknown")
    assert everything() == before
