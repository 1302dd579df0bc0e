"""`CoinsCredited` comes back from the account service: the order is credited once and knows the way its coins took."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from flextx.inbox.models import DivertedKey, DivertedRecord, InboxMessage, InboxPosition
from order_service.recharge.models import CreditNotice, Order, OrderMove
from order_service.recharge.moves import move
from tests.order_service.news import CONSUMER, PARTITION, credit_of, deliver, record_of
from tests.order_service.stories import BUYER, STRANGER, everything, has_paid


def paid_order() -> Order:
    order = BUYER.has_ordered()
    has_paid(order)
    return order


def test_a_completed_order_is_credited_and_keeps_the_account_sides_hops() -> None:
    """Fault tried: move_all left out of mark_credited; bulk_create of the notices left out."""
    order = paid_order()
    credit = credit_of(order)
    record = record_of(credit)

    deliver(record)

    order.refresh_from_db()
    assert order.status == "credited"
    assert order.completed_at and order.credited_at and order.completed_at < order.credited_at
    notice = CreditNotice.objects.get()
    assert (notice.order, notice.consumer, notice.topic) == (order, CONSUMER, "account.events")
    assert (notice.partition, notice.offset) == (PARTITION, record.offset)
    assert notice.announced_at == datetime(2026, 11, 21, 8, 0, 0, 205_000, UTC)
    inbox_row = InboxMessage.objects.get()
    assert (notice.received_at, notice.event_id) == (inbox_row.received_at, inbox_row.event_id)
    assert notice.account_side == credit.model_dump(mode="json")
    row = OrderMove.objects.latest("id")
    assert (row.from_status, row.to_status, row.who, row.why) == (
        "completed",
        "credited",
        "account-service",
        "CoinsCredited",
    )


def test_many_orders_are_credited_in_one_batch() -> None:
    orders = [paid_order() for _ in range(5)]

    deliver(*(record_of(credit_of(order)) for order in orders))

    assert set(Order.objects.values_list("status", flat=True)) == {"credited"}
    assert CreditNotice.objects.count() == 5


def test_told_again_nothing_changes() -> None:
    """Fault tried: `ON CONFLICT DO NOTHING` left out of the inbox's insert."""
    order = paid_order()
    credit, event_id = credit_of(order), uuid7()
    deliver(record_of(credit, event_id=event_id))
    before = everything()

    deliver(record_of(credit, event_id=event_id))
    assert everything() == before


def test_told_again_as_another_event_or_with_an_empty_inbox_the_order_stays() -> None:
    """Fault tried: `ignore_conflicts` left out for the notices; every order moved, not only the completed ones."""
    order = paid_order()
    record = record_of(credit_of(order))
    deliver(record)
    before = everything()

    deliver(record_of(credit_of(order)))
    InboxMessage.objects.all().delete()
    InboxPosition.objects.all().delete()
    deliver(record)

    same = ("Order", "CreditNotice", "OrderMove", "OutboxMessage", "DivertedRecord")
    after = everything()
    assert {name: after[name] for name in same} == {name: before[name] for name in same}


@pytest.mark.parametrize("status", ["pending", "closed", "refund_due"])
def test_coins_for_an_order_nobody_paid_go_aside_for_a_person(status: str) -> None:
    """Fault tried: the refusal left out of mark_credited."""
    order = BUYER.has_ordered()
    if status != "pending":
        move(order, "closed", who="test", why="expired", closed_at=order.created_at)
    if status == "refund_due":
        has_paid(order)
    before = everything()

    deliver(record_of(credit_of(order)))

    order.refresh_from_db()
    assert (order.status, order.credited_at) == (status, None)
    row = DivertedRecord.objects.get()
    assert (row.key, row.state, row.reason, row.tries) == (order.order_no, "parked", "MoveRefused", 1)
    assert DivertedKey.objects.get().due_at is None
    after = everything()
    assert {name for name in after if after[name] != before[name]} == {"DivertedRecord", "DivertedKey"}


def test_coins_for_an_order_that_does_not_exist_go_aside_alone() -> None:
    """Fault tried: unknown numbers passed over in lock_orders."""
    known = paid_order()
    stray = credit_of(known, order_no=f"R{'0' * 32}")

    deliver(record_of(stray), record_of(credit_of(known)))

    known.refresh_from_db()
    assert known.status == "credited"
    row = DivertedRecord.objects.get()
    assert (row.key, row.state, row.reason) == (f"R{'0' * 32}", "parked", "OrderNotFound")


def test_a_repeat_for_a_refunded_order_moves_nothing() -> None:
    order = paid_order()
    deliver(record_of(credit_of(order)))
    order.refresh_from_db()
    move(order, "refunding", who="test", why="asked for")
    move(order, "refunded", who="test", why="given back")

    deliver(record_of(credit_of(order)))

    assert Order.objects.get().status == "refunded"
    assert DivertedRecord.objects.count() == 0


def test_whose_order_it_is_stays_whatever_is_told() -> None:
    order = paid_order()

    deliver(record_of(credit_of(order, owner_id=STRANGER.subject, transfer_ids=(UUID(int=1),))))

    assert Order.objects.get().owner_id == "u-1"  # and reconciliation names the difference
