"""A completed order is credited exactly once, whatever the log does."""

import json
from functools import partial
from uuid import UUID, uuid5

from uuid_utils.compat import uuid7

from account_service.ledger.models import Account, Transfer
from flextx.envelope import rfc3339
from flextx.inbox.models import DivertedRecord, InboxMessage
from flextx.outbox.models import OutboxMessage
from tests.account_service.stories import (
    CONSUMER,
    balance_of,
    credit,
    deliver,
    everything,
    forget_what_was_read,
    order_of,
    record_of,
)
from tests.support.threads import together

NAMESPACE = UUID("5f1c9a52-8a39-4c7e-9b57-0a6d3b0c2e11")
LEDGER = ("Account", "Transfer", "OutboxMessage")


def test_coins_go_from_the_issuer_to_the_buyer() -> None:
    """Fault tried: debit and credit exchanged in recharge_transfer."""
    event = order_of("u-1", 600)

    deliver(record_of(event))

    transfer = Transfer.objects.get()
    buyer, issuer = transfer.credit_account, transfer.debit_account
    assert (buyer.kind, buyer.owner_id, buyer.asset, buyer.balance, buyer.last_leg) == ("user", "u-1", "COIN", 600, 1)
    assert (issuer.kind, issuer.owner_id, issuer.balance, issuer.last_leg) == ("issuer", "system", 0, 0)
    assert (transfer.kind, transfer.cause_id, transfer.amount) == ("recharge", event.order_no, 600)
    assert (transfer.credit_leg, transfer.credit_balance_after) == (1, 600)
    assert (transfer.debit_leg, transfer.debit_balance_after) == (None, None)


def test_the_transfers_id_comes_from_the_order_and_never_changes() -> None:
    """Fault tried: the trade's number in place of the order's; another namespace."""
    event = order_of()

    deliver(record_of(event))

    assert Transfer.objects.get().transfer_id == uuid5(NAMESPACE, f"recharge:{event.order_no}")


def test_what_was_credited_is_told_with_this_services_hops() -> None:
    """Fault tried: publish_all left out of credit_buyers; the cause not carried on."""
    event, event_id = order_of("u-1", 600), uuid7()
    record = record_of(event, event_id=event_id, partition=4)

    deliver(record)

    row, taken_in = OutboxMessage.objects.get(), InboxMessage.objects.get()
    assert (row.topic, row.key, row.sequence) == ("account.events", event.order_no, 1)
    assert (row.event_type, row.event_version, row.causation_id) == ("CoinsCredited", 1, event_id)
    assert row.traceparent == dict(record.headers)["traceparent"].decode()
    told = json.loads(bytes(row.body))
    credited_at = told.pop("credited_at")
    assert told == {
        "order_no": event.order_no,
        "owner_id": "u-1",
        "asset": "COIN",
        "coins": 600,
        "transfer_ids": [str(Transfer.objects.get().transfer_id)],
        "consumer": CONSUMER,
        "cause_event_id": str(event_id),
        "cause_topic": "order.events",
        "cause_partition": 4,
        "cause_offset": record.offset,
        "received_at": rfc3339(taken_in.received_at),
    }
    assert told["received_at"] < credited_at


def test_the_same_event_again_changes_nothing() -> None:
    """Fault tried: `ON CONFLICT DO NOTHING` left out of the inbox's insert."""
    event, event_id = order_of(), uuid7()
    deliver(record_of(event, event_id=event_id))
    before = everything()

    deliver(record_of(event, event_id=event_id))
    deliver(record_of(event, event_id=event_id), record_of(event, event_id=event_id))
    assert everything() == before


def test_the_order_told_again_by_another_event_is_not_credited_again() -> None:
    """Fault tried: the event's id in place of the order's number in recharge_transfer."""
    event = order_of()
    deliver(record_of(event), record_of(event))
    before = everything()

    deliver(record_of(event))
    after = everything()
    assert {name: after[name] for name in LEDGER} == {name: before[name] for name in LEDGER}
    assert (len(after["Transfer"]), len(after["OutboxMessage"]), balance_of("u-1")) == (1, 1, 60)
    assert DivertedRecord.objects.count() == 0


def test_everything_read_again_with_an_empty_inbox_leaves_every_balance() -> None:
    """Fault tried: posted transfers not looked for in _not_yet_posted."""
    records = [record_of(order_of(f"u-{number % 7}", number + 1)) for number in range(50)]
    deliver(*records)
    before = everything()

    forget_what_was_read()
    deliver(*records)

    after = everything()
    assert {name: after[name] for name in LEDGER} == {name: before[name] for name in LEDGER}
    assert sum(Account.objects.values_list("balance", flat=True)) == sum(range(1, 51))
    assert DivertedRecord.objects.count() == 0


def test_two_consumers_with_the_same_event_credit_once() -> None:
    """Fault tried: `ON CONFLICT DO NOTHING` left out of the inbox's insert."""
    event, event_id = order_of(), uuid7()

    together([partial(deliver, record_of(event, event_id=event_id, partition=number)) for number in (1, 2)])

    assert (Transfer.objects.count(), OutboxMessage.objects.count(), balance_of("u-1")) == (1, 1, 60)
    assert DivertedRecord.objects.count() == 0


def test_two_consumers_with_two_events_of_one_order_credit_once() -> None:
    """Fault tried: posted transfers not looked for in _not_yet_posted."""
    event = order_of()
    credit()

    together([partial(deliver, record_of(event, partition=number)) for number in range(8)])

    assert (Transfer.objects.filter(cause_id=event.order_no).count(), balance_of("u-1")) == (1, 120)
    assert DivertedRecord.objects.count() == 0
