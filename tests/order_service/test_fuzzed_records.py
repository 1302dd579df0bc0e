"""Whatever a record holds, it is handled, passed or put aside; no order or gift moves that its record does not name."""

import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import ACCOUNT_REPLIES, AccountReply
from flextx.inbox.models import DivertedRecord, InboxMessage, SkippedType
from flextx.saga.models import ReplyReceived, StepSide
from flextx.transports.protocol import Record
from order_service.gifts.models import Gift
from order_service.recharge.models import Order
from tests.order_service.gift_stories import has_sent, run_of, shown
from tests.order_service.news import credit_of, deliver, record_of
from tests.order_service.stories import BUYER, has_paid
from tests.support.fuzzed_records import bounded, changes

_numbers = itertools.count(1)


def paid_order() -> Order:
    order = BUYER.has_ordered()
    has_paid(order)
    return order


@settings(bounded, max_examples=25)
@given(st.data())
def test_a_credit_moves_its_order_or_nothing(data: st.DataObject) -> None:
    """Fault tried: divert that stores header text as it is; stored_key that is the key itself."""
    order, other = paid_order(), paid_order()
    whole = record_of(credit_of(order))
    record = data.draw(changes(whole))(whole)

    became_of(record, other)

    order.refresh_from_db()
    named = handled(record) and json.loads(record.body)["order_no"] == order.order_no
    assert order.status == ("credited" if named else "completed")


@pytest.mark.usefixtures("rooms", "gifts_on_sale")
@settings(bounded, max_examples=25)
@given(st.data())
def test_a_reply_moves_its_run_or_nothing(data: st.DataObject) -> None:
    """Fault tried: the same."""
    gift, other = has_sent(), paid_order()
    whole = reply_to(gift, other)
    record = data.draw(changes(whole))(whole)

    became_of(record, other)

    counted = ReplyReceived.objects.filter(run=run_of(gift), applied=True, outcome="applied").exists()
    assert shown(gift) == (["effect", "comment"] if counted else [])
    assert handled(record) or not ReplyReceived.objects.filter(run=run_of(gift)).exists()


def reply_to(gift: Gift, other: Order) -> Record:
    """The account service has charged it. What every record has is taken from a credit."""
    side = StepSide.objects.get(run=run_of(gift), name="charge", side="do")
    credit = credit_of(other)
    told = {name: getattr(credit, name) for name in ("consumer", "cause_event_id", "cause_topic", "received_at")}
    reply = AccountReply(
        run_id=side.run_id,
        step="charge",
        side="do",
        command_id=side.command_id,
        outcome="applied",
        duplicate=False,
        code="",
        detail="",
        result={"transfer_ids": []},
        cause_partition=1,
        cause_offset=next(_numbers),
        answered_at=credit.credited_at,
        **told,
    )
    record = record_of(credit)
    headers = [(name, b"AccountReply.v1" if name == "ce_type" else value) for name, value in record.headers]
    return Record(ACCOUNT_REPLIES, record.partition, record.offset, str(side.run_id), headers, reply.body())


def became_of(record: Record, other: Order) -> None:
    """One batch with it and, behind it, the credit of another order."""
    skipped = sum(SkippedType.objects.values_list("skipped", flat=True))
    deliver(record, record_of(credit_of(other)))

    other.refresh_from_db()
    assert other.status == "credited"
    aside = DivertedRecord.objects.filter(offset=record.offset)
    passed = sum(SkippedType.objects.values_list("skipped", flat=True)) - skipped
    assert aside.count() + handled(record) + passed == 1
    for row in aside:
        failed = row.tries == 1 and row.reason and "Traceback" in row.last_error
        assert failed or row.state == "waiting"  # behind an earlier one of the same strange key


def handled(record: Record) -> int:
    return InboxMessage.objects.filter(offset=record.offset).count()
