"""The channel may call back many times at once; real connections, real threads."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from flextx.outbox.models import OutboxMessage
from order_service.recharge.errors import MoveRefused
from order_service.recharge.models import Incident, Order, OrderMove, Payment
from order_service.recharge.moves import move
from tests.order_service.stories import BUYER, call_back, payment_of
from tests.support.threads import together


def test_twenty_identical_callbacks_are_one_payment_and_one_event() -> None:
    """Fault tried: `if accepted is None: return order` taken out of complete_order."""
    payment = payment_of(BUYER.has_ordered())

    answers = together([lambda: call_back(payment)] * 20)

    assert [answer.json() for answer in answers] == [{"code": "SUCCESS"}] * 20
    assert [row.state for row in Payment.objects.all()] == ["accepted"]
    assert OutboxMessage.objects.count() == 1
    assert OrderMove.objects.count() == 1
    assert Order.objects.get().event_sequence == 1


def test_of_different_trades_at_once_one_is_accepted() -> None:
    """Fault tried: `select_for_update()` taken out of lock_order."""
    order = BUYER.has_ordered()
    payments = [payment_of(order) for _ in range(10)]

    answers = together([partial(call_back, payment) for payment in payments])

    assert [answer.json() for answer in answers] == [{"code": "SUCCESS"}] * 10
    states = sorted(Payment.objects.values_list("state", flat=True))
    assert states == ["accepted"] + ["to_refund"] * 9
    assert OutboxMessage.objects.count() == 1


def test_one_trade_for_two_orders_at_once_pays_one_of_them() -> None:
    """Fault tried: the comparison behind get_or_create left out of accept_payment."""
    payments = [payment_of(BUYER.has_ordered(), trade_no="t-1") for _ in range(2)]

    answers = together([partial(call_back, payment) for payment in payments])

    assert sorted(answer.status for answer in answers) == [200, 409]
    assert Payment.objects.count() == 1
    assert OutboxMessage.objects.count() == 1
    assert sorted(Order.objects.values_list("status", flat=True)) == ["completed", "pending"]
    assert [incident.reason for incident in Incident.objects.all()] == ["trade_reused"]


def test_a_payment_and_a_closing_at_once_leave_no_money_unaccounted() -> None:
    """Whoever comes second sees what the first did: paid and open, or closed and due back.

    Fault tried: `status=before` left out of the compare-and-set in move_all.
    """
    orders = [BUYER.has_ordered() for _ in range(8)]
    for order in orders:
        payment = payment_of(order)
        jobs: list[Callable[[], object]] = [partial(call_back, payment), partial(close, order)]
        together(jobs)
        order.refresh_from_db()
        (row,) = Payment.objects.filter(order=order)
        assert (order.status, row.state) in (("completed", "accepted"), ("refund_due", "to_refund"))
    completed = Order.objects.filter(status="completed").count()
    assert OutboxMessage.objects.count() == completed


def close(order: Order) -> None:
    """As a worker would that read the order a moment ago: without its lock."""
    with suppress(MoveRefused):
        move(Order.objects.get(pk=order.pk), "closed", who="test", why="expired", closed_at=order.created_at)
