"""An order that has expired is closed on the channel's word alone, and money that comes after that goes back."""

from datetime import timedelta
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from pytest_django import Settings

from flextx.clock import database_now
from flextx.outbox.models import OutboxMessage
from order_service.recharge.channel_wire import call_channel
from order_service.recharge.models import Incident, Order, Payment
from order_service.recharge.services import close_order
from order_service.recharge.settling import PendingOrders
from order_service.refunds.models import Refund
from tests.order_service.oracle import Oracle
from tests.order_service.processes import database_url
from tests.order_service.settler_stories import (
    ASKED,
    CLOSED,
    NAME,
    audit,
    expires,
    figures,
    settler_looks,
    time_comes,
    works_off,
)
from tests.order_service.stories import BUYER, everything, has_paid
from tests.order_service.test_operator_completes import complete, pay
from tests.support.threads import together
from tests.support.web_process import WebProcess, manage

OVERDUE = ("orders_overdue", "pending_past_expiry")
POINT = "recharge.close_order.commit"


def at_the_channel(order: Order) -> str | None:
    status, answer = call_channel("GET", f"/trades/{order.order_no}", b"")
    return answer["status"] if status == 200 else None


def test_an_expired_order_is_closed_and_gives_its_owner_room_for_another(
    channel: WebProcess, settings: Settings
) -> None:
    """Fault tried: `closed_at` not set; the order not moved."""
    settings.OPEN_ORDERS_MAX = 1
    order = BUYER.has_ordered()
    BUYER.places().refuses(429, "too_many_open_orders")
    expires(order)
    earliest = database_now()

    settler_looks(order)

    assert (order.status, at_the_channel(order)) == ("closed", "CLOSED")
    assert order.closed_at is not None and earliest < order.closed_at < database_now()
    assert audit(order) == [("pending", "closed", NAME, CLOSED)]
    assert BUYER.has_ordered().status == "pending"


def test_before_it_expires_nothing_is_closed(channel: WebProcess) -> None:
    """Fault tried: `now >= order.expires_at` turned round."""
    order = BUYER.has_ordered()

    settler_looks(order)

    assert (order.status, at_the_channel(order)) == ("pending", "NOTPAY")


def test_what_was_paid_at_the_last_moment_is_completed(channel: WebProcess) -> None:
    """Fault tried: a 409 taken for UNKNOWN."""
    order = BUYER.has_ordered()
    pay(order, query_unknown=1)
    expires(order)

    settler_looks(order)
    assert (order.status, order.close_asked_times) == ("pending", 1)
    settler_looks(order)

    assert (order.status, order.close_asked_times, order.closed_at) == ("completed", 2, None)
    assert audit(order) == [("pending", "completed", NAME, ASKED)]
    assert OutboxMessage.objects.count() == 1


def test_while_the_channel_says_nothing_an_order_stays_pending_and_is_seen_to_be_overdue(
    sandbox_channel: WebProcess, settings: Settings
) -> None:
    """Fault tried: UNKNOWN closes the order; the wait not capped; the last try given up."""
    order = BUYER.has_ordered()
    expires(order)
    assert figures()[OVERDUE] == 1
    for times in range(1, 12):
        earliest = database_now()
        settler_looks(order)
        longest = min(5 * 2 ** (times - 1), 600)
        assert (order.status, order.close_asked_times) == ("pending", times)
        assert timedelta(seconds=longest * 0.8) <= order.settle_due_at - earliest
        assert order.settle_due_at - database_now() <= timedelta(seconds=longest)
    assert (audit(order), figures()[OVERDUE]) == ([], 1)

    settings.SANDBOX_URL = sandbox_channel.url
    settler_looks(order)
    assert (order.status, figures()[OVERDUE]) == ("closed", 0)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, b'{"code": "order_unknown"}'),
        (200, b'{"order_no": "another", "status": "CLOSED"}'),
        (200, b'{"status": "CLOSED"}'),
        (200, b'["CLOSED"]'),
        (200, b"CLOSED"),
        (500, b'{"order_no": "%s", "status": "CLOSED"}'),
        (409, b'{"order_no": "%s", "status": "NOTPAY"}'),
        (200, b'{"order_no": "%s", "status": "SUCCESS", "more_trades": 1}'),
        (200, b'{"order_no": "%s", "status": "closed"}'),
    ],
)
def test_nothing_else_is_taken_for_closed(oracle: Oracle, status: int, body: bytes) -> None:
    """Fault tried: a 404 at the close taken for CLOSED; the number in the answer not compared."""
    order = BUYER.has_ordered()
    oracle.status, oracle.body = status, body.replace(b"%s", order.order_no.encode())
    expires(order)

    settler_looks(order)

    assert (order.status, order.close_asked_times, Incident.objects.count()) == ("pending", 1, 0)


def test_a_prepay_that_arrives_after_the_close_is_turned_away(sandbox_channel: WebProcess, settings: Settings) -> None:
    """Fault tried: a channel that forgets the close of what it never saw."""
    order = Order.objects.get(order_no=BUYER.places(key="late").json(201)["order_no"])  # the channel was away
    settings.SANDBOX_URL = sandbox_channel.url
    expires(order)

    settler_looks(order)
    assert order.status == "closed"

    Order.objects.update(status="pending")  # as the request saw it that was still on its way
    assert BUYER.places(key="late").json(201)["payment"] == {"url": None}
    assert at_the_channel(order) == "CLOSED"


def test_what_was_closed_at_the_channel_by_somebody_else_is_closed_here_too(channel: WebProcess) -> None:
    """Fault tried: CLOSED taken for NOTPAY."""
    order = BUYER.has_ordered()
    call_channel("POST", f"/trades/{order.order_no}/close", b"")

    settler_looks(order)

    assert (order.status, order.close_asked_times) == ("closed", 0)


def test_a_callback_that_comes_while_the_channel_is_asked_wins(oracle: Oracle) -> None:
    """Fault tried: an order that is not pending any more moved all the same."""
    order = BUYER.has_ordered()
    oracle.body = f'{{"order_no": "{order.order_no}", "status": "CLOSED"}}'.encode()
    oracle.meanwhile = lambda: has_paid(order)
    expires(order)

    settler_looks(order)

    assert (order.status, order.closed_at, Incident.objects.count()) == ("completed", None, 0)
    assert close_order(order_no=order.order_no, who=NAME, why="once more").status == "completed"


def test_money_for_an_order_the_settler_closed_goes_back(channel: WebProcess) -> None:
    """Fault tried: the branch for closed orders left out of complete_order."""
    order = BUYER.has_ordered()
    expires(order)
    settler_looks(order)
    pay(order, after_close=True)

    assert complete(order).json()["status"] == "refund_due"

    assert [row.state for row in Payment.objects.all()] == ["to_refund"]
    assert [row.whole_order for row in Refund.objects.all()] == [True]
    assert OutboxMessage.objects.count() == 0


def test_two_settlers_at_once_close_each_order_once(channel: WebProcess) -> None:
    """Fault tried: close_order without the order's lock."""
    orders = [BUYER.has_ordered() for _ in range(32)]
    expires(*orders)
    time_comes(*orders)

    together([lambda: works_off(PendingOrders(name="order-settler-1")), lambda: works_off(PendingOrders(name="2"))])

    assert [(order.status, order.close_asked_times) for order in Order.objects.all()] == [("closed", 1)] * 32
    assert [len(audit(order)) for order in orders] == [1] * 32


def test_killed_between_the_channels_close_and_our_commit_it_is_closed_all_the_same(
    channel: WebProcess, tmp_path: Path
) -> None:
    """Fault tried: a closed order at the channel that answers UNKNOWN when it is closed again."""
    order = BUYER.has_ordered()
    expires(order)
    time_comes(order)

    died = settles_once(channel, tmp_path, FLEXTX_CRASH=f"{POINT}.before:die:1")
    order.refresh_from_db()
    assert (died.returncode, order.status, at_the_channel(order)) == (137, "pending", "CLOSED")
    assert order.settle_due_at > database_now()  # it is planned: nothing is lost with who died

    time_comes(order)
    done = settles_once(channel, tmp_path, FLEXTX_CRASH=f"{POINT}.after:die:1")
    order.refresh_from_db()
    assert (done.returncode, order.status, len(audit(order))) == (137, "closed", 1)
    before = everything()
    assert settles_once(channel, tmp_path).returncode == 0
    assert everything() == before


def settles_once(channel: WebProcess, folder: Path, **environment: str) -> CompletedProcess[str]:
    """`manage settle_pending_orders --once`, a process of its own."""
    given = {"DATABASE_URL": database_url(), "SANDBOX_URL": channel.url, "FLEXTX_CRASH_DIR": str(folder / "crash")}
    return manage("order_service", "settle_pending_orders", "--once", environment=given | environment)
