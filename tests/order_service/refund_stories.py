"""Orders that are refunded: how it is asked for, what the account service and the channel make of it."""

from typing import Any

from flextx.outbox.models import OutboxMessage
from flextx.saga.due import DueRuns
from flextx.saga.models import Run, StepSide
from flextx.testing import wait_until
from flextx.testing.answers import LONG_AGO, answer_command
from order_service.recharge.channel_wire import call_channel
from order_service.recharge.models import Order, OrderMove
from order_service.refunds.channel import refund_no_of
from tests.order_service.news import credit_of, deliver, record_of
from tests.order_service.stories import BUYER, OPERATOR, Person
from tests.order_service.test_operator_completes import complete, pay
from tests.support.callers import Answer

COMMANDS = "account.commands"


def bought(product_id: str = "coins-60", **misbehave: object) -> Order:
    """Paid at the real channel, and the coins are on the buyer's account."""
    order = BUYER.has_ordered(product_id)
    pay(order, **misbehave)
    complete(order).json()
    deliver(record_of(credit_of(order)))
    order.refresh_from_db()
    return order


def ask_refund(order: Order, who: Person = BUYER, **body: Any) -> Answer:
    return who.post(f"/api/v1/orders/{order.order_no}/refund", {"reason": "changed my mind"} | body)


def refunding(order: Order, who: Person = BUYER, **body: Any) -> Run:
    """It was asked for; the run that carries it out."""
    return Run.objects.get(run_id=ask_refund(order, who, **body).json(202)["run_id"])


def account_says(run: Run, outcome: str, code: str = "") -> None:
    """The account service answers the command that the run waits for."""
    answer_command(run, StepSide.objects.get(run=run, state="attempted"), outcome, code=code)
    run.refresh_from_db()


def worker_looks(run: Run) -> None:
    """The run is due, and a recovery worker takes it up."""
    Run.objects.filter(pk=run.pk).update(next_due_at=LONG_AGO)
    assert DueRuns().work_one()
    run.refresh_from_db()


def channel_settles(order: Order) -> None:
    """The channel has carried out, or failed, what it was asked for of the order's latest trade."""
    trade_no = order.payments.latest("pk").trade_no
    path = f"/refunds/{refund_no_of(trade_no)}"
    wait_until(lambda: call_channel("GET", path, b"")[1].get("status") in ("SUCCESS", "FAILED"))


def commands_to(run: Run) -> list[str]:
    rows = OutboxMessage.objects.filter(topic=COMMANDS, key=str(run.run_id)).order_by("sequence")
    return list(rows.values_list("event_type", flat=True))


def shown(order: Order, who: Person = OPERATOR) -> dict[str, Any]:
    told: dict[str, Any] = who.get(f"/api/v1/orders/{order.order_no}").json()
    return told


def states(order: Order) -> tuple[str, list[str]]:
    """(of the order, of its payments in the order they came)"""
    told = shown(order)
    return told["status"], [payment["state"] for payment in told["payments"]]


def moves(order: Order) -> list[tuple[str, str, str, str]]:
    return list(
        OrderMove.objects.filter(order=order).order_by("pk").values_list("from_status", "to_status", "who", "why")
    )
