"""Where is my money? Every hop with the time stored for it, answered from the order service's own rows."""

from typing import Any

from django.utils import timezone

from flextx.envelope import rfc3339
from flextx.outbox.models import OutboxMessage
from order_service.recharge.models import CreditNotice, Order, OrderMove, Payment
from tests.order_service.news import CONSUMER, PARTITION, credit_of, deliver, record_of
from tests.order_service.stories import BUYER, OPERATOR, has_paid

NAMES = [
    *("order_created", "payment_accepted", "order_completed", "outbox_written", "sent_to_log"),
    *("account_received", "transfers_posted", "credit_announced", "credit_received", "order_credited"),
]
SERVICES = ["order"] * 5 + ["account"] * 3 + ["order"] * 2


def hops_of(order: Order) -> list[dict[str, Any]]:
    told = BUYER.get(f"/api/v1/orders/{order.order_no}/journey").json()
    assert told["hops"] == OPERATOR.get(f"/api/v1/orders/{order.order_no}/journey").json()["hops"]
    assert (told["order_no"], told["status"]) == (order.order_no, Order.objects.get(pk=order.pk).status)
    assert [(hop["hop"], hop["name"], hop["service"]) for hop in told["hops"]] == list(
        zip(range(1, 11), NAMES, SERVICES, strict=True)
    )
    hops = told["hops"]
    assert isinstance(hops, list)
    return hops


def test_of_a_new_order_only_its_making_is_done() -> None:
    order = BUYER.has_ordered()

    first, *rest = hops_of(order)

    assert (first["state"], first["at"]) == ("done", rfc3339(order.created_at))
    assert first["details"] == {"coins": 60, "amount_minor": 600}
    assert [(hop["state"], hop["at"]) for hop in rest] == [("pending", None)] * 9


def test_of_a_paid_order_the_account_sides_hops_are_pending() -> None:
    """Fault tried: occurred_at in place of sent_at: the hop must be pending until the log has the record."""
    order = BUYER.has_ordered()
    has_paid(order)

    hops = hops_of(order)

    assert [hop["state"] for hop in hops] == ["done"] * 4 + ["pending"] * 6
    assert hops[4]["details"] == {"state": "pending", "failures": 0, "last_error": ""}


def test_of_a_credited_order_every_hop_is_done_at_its_stored_time() -> None:
    """Fault tried: announced_at in place of received_at; due_at in place of occurred_at."""
    order = BUYER.has_ordered()
    payment = has_paid(order)
    now = timezone.now()
    OutboxMessage.objects.update(state="sent", sent_at=now, due_at=now, partition=5, offset=41)
    credit = credit_of(order)
    record = record_of(credit)
    deliver(record)
    order.refresh_from_db()

    hops = hops_of(order)

    paid, sent, notice = Payment.objects.get(), OutboxMessage.objects.get(), CreditNotice.objects.get()
    assert order.completed_at and order.credited_at and sent.sent_at
    assert [hop["state"] for hop in hops] == ["done"] * 10
    assert [hop["at"] for hop in hops] == [
        rfc3339(order.created_at),
        rfc3339(paid.received_at),
        rfc3339(order.completed_at),
        rfc3339(sent.occurred_at),
        rfc3339(sent.sent_at),
        "2026-11-21T08:00:00.200000Z",
        "2026-11-21T08:00:00.210000Z",
        "2026-11-21T08:00:00.205000Z",
        rfc3339(notice.received_at),
        rfc3339(order.credited_at),
    ]
    moves = {row.to_status: row for row in OrderMove.objects.all()}
    assert [hop["details"] for hop in hops[1:]] == [
        {"trade_no": payment["trade_no"], "notify_id": payment["notify_id"], "paid_at": "2026-11-21T08:00:00.000000Z"},
        {"from": "pending", "who": "channel sandbox", "why": moves["completed"].why},
        {"event_id": str(sent.event_id), "type": "OrderCompleted", "sequence": 1},
        {"topic": "order.events", "partition": 5, "offset": 41, "sent_by": sent.sent_by},
        {
            "consumer": "account-service",
            "topic": "order.events",
            "partition": 5,
            "offset": 41,
            "event_id": str(credit.cause_event_id),
        },
        {"transfer_ids": [str(credit.transfer_ids[0])], "asset": "COIN", "coins": 60},
        {"event_id": str(notice.event_id)},
        {"consumer": CONSUMER, "topic": "account.events", "partition": PARTITION, "offset": record.offset},
        {"from": "completed", "who": "account-service", "why": "CoinsCredited"},
    ]


def test_an_announcement_that_was_pruned_is_told_from_what_came_back() -> None:
    """Fault tried: a hop without a time is always pending."""
    order = BUYER.has_ordered()
    has_paid(order)
    credit = credit_of(order)
    deliver(record_of(credit))
    OutboxMessage.objects.all().delete()

    written, sent = hops_of(order)[3:5]

    assert (written["state"], written["at"], sent["state"], sent["at"]) == ("done", None) * 2
    assert written["details"] == {"event_id": str(credit.cause_event_id), "pruned": True}
    assert sent["details"] == {"topic": "order.events", "partition": 5, "offset": 41, "pruned": True}


def test_the_way_through_this_service_is_told_in_the_order_it_happened() -> None:
    """One clock, the database's, gives these times."""
    order = BUYER.has_ordered()
    has_paid(order)
    deliver(record_of(credit_of(order)))

    hops = {hop["name"]: hop["at"] for hop in hops_of(order)}

    ours = [hops[name] for name in ("order_created", "payment_accepted", "credit_received", "order_credited")]
    assert ours == sorted(ours)
    assert hops["payment_accepted"] <= hops["order_completed"] < hops["credit_received"]
