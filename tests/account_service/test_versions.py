"""What the account service does not know yet waits for a person; what is none of its business is counted."""

from dataclasses import replace

import pytest

from account_service.ledger.models import Transfer
from flextx.inbox.models import DivertedRecord, SkippedType
from flextx.transports.protocol import Record
from tests.account_service.commands import Gift
from tests.account_service.stories import balance_of, credit, deliver, order_of, record_of


def of_type(record: Record, event_type: bytes) -> Record:
    return replace(record, headers=[(n, event_type if n == "ce_type" else v) for n, v in record.headers])


@pytest.mark.parametrize("event_type", [b"OrderCompleted.v2", b"ChargeGift.v2"])
def test_a_newer_version_is_parked_and_moves_nothing(event_type: bytes) -> None:
    """Fault tried: knows_type always false: passed, and the coins are lost."""
    credit("u-1", 100)
    record = record_of(order_of("u-1")) if event_type.startswith(b"Order") else record_of(Gift().charge())

    deliver(of_type(record, event_type))

    (row,) = DivertedRecord.objects.all()
    assert (row.state, row.reason, row.offset) == ("parked", "UnknownVersion", record.offset)
    assert balance_of("u-1") == 100 and Transfer.objects.count() == 1


def test_an_unknown_type_is_counted_and_its_key_goes_on() -> None:
    """Fault tried: count_skipped not called."""
    event = order_of("u-1")

    deliver(of_type(record_of(event), b"OrderShipped.v1"), record_of(event))

    assert list(SkippedType.objects.values_list("event_type", "skipped")) == [("OrderShipped", 1)]
    assert balance_of("u-1") == 60 and not DivertedRecord.objects.exists()
