"""What the order service does not know yet waits for a person; what is none of its business is counted."""

from dataclasses import replace

from flextx.inbox.models import DivertedRecord, SkippedType
from flextx.transports.protocol import Record
from tests.order_service.news import credit_of, deliver, record_of
from tests.order_service.stories import BUYER, has_paid


def of_type(record: Record, event_type: bytes) -> Record:
    return replace(record, headers=[(n, event_type if n == "ce_type" else v) for n, v in record.headers])


def test_a_newer_version_is_parked_and_an_unknown_type_is_counted() -> None:
    """Fault tried: knows_type always false; count_skipped not called."""
    order, other = BUYER.has_ordered(), BUYER.has_ordered()
    for each in (order, other):
        has_paid(each)

    newer = of_type(record_of(credit_of(order)), b"CoinsCredited.v2")
    deliver(newer, of_type(record_of(credit_of(other)), b"CoinsFrozen.v1"), record_of(credit_of(other)))

    for each in (order, other):
        each.refresh_from_db()
    assert (order.status, other.status) == ("completed", "credited")
    (row,) = DivertedRecord.objects.all()
    assert (row.state, row.reason, row.offset) == ("parked", "UnknownVersion", newer.offset)
    assert list(SkippedType.objects.values_list("event_type", "skipped")) == [("CoinsFrozen", 1)]
