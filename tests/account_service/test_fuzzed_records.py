"""Whatever a record holds, it is handled rightly, passed or put aside; its neighbours go on, the books are right."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from account_service.ledger.books import check_books
from account_service.ledger.models import Transfer
from contracts import OrderCompleted
from flextx.inbox.models import DivertedRecord, InboxMessage, SkippedType
from flextx.reconciliation import Findings
from flextx.saga.messages import Command
from flextx.transports.protocol import Record
from tests.account_service.commands import Gift, Refund
from tests.account_service.stories import balance_of, credit, deliver, order_of, record_of
from tests.support.fuzzed_records import bounded, changes

_numbers = itertools.count(1)
COMMANDS = ("charge", "refund", "settle", "reverse", "hold", "release", "take")


def command(step: str, number: int) -> Command:
    """A fresh one, of a sender with 100 coins who gives 10, or of an order of 60 that is to be refunded."""
    sender = f"sender-{number}"
    if step in ("hold", "release", "take"):
        order_no = Transfer.objects.get(pk=credit(sender, 60).pk).cause_id
        made = getattr(Refund(order_no, sender), step)()
    else:
        credit(sender, 100)
        made = getattr(Gift(f"g-{number}", sender, f"host-{number}", 10, 5), step)()
    assert isinstance(made, Command)
    return made


@bounded
@given(st.data())
def test_an_order_completed_is_credited_as_it_says_or_not_at_all(data: st.DataObject) -> None:
    """Fault tried: divert that stores header text as it is; Id without its pattern; count_skipped with any name."""
    number = next(_numbers)
    event = order_of(f"buyer-{number}", 60, order_no=f"F{number}")
    record = data.draw(changes(record_of(event)))(record_of(event))

    became_of(record, beside=f"neighbour-{number}")

    transfers = list(Transfer.objects.filter(cause_id=event.order_no, kind="recharge"))
    if DivertedRecord.objects.filter(offset=record.offset).exists() or not handled(record):
        assert transfers == [] and Transfer.objects.filter(credit_account__owner_id=event.owner_id).count() == 0
    else:
        told = OrderCompleted.model_validate_json(record.body)
        (transfer,) = Transfer.objects.filter(cause_id=told.order_no, kind="recharge")
        assert (transfer.amount, transfer.credit_account.owner_id) == (told.coins, told.owner_id)


@bounded
@given(st.sampled_from(COMMANDS), st.data())
def test_a_command_moves_what_it_says_or_nothing(step: str, data: st.DataObject) -> None:
    """Fault tried: the same."""
    number = next(_numbers)
    whole = record_of(command(step, number))
    record = data.draw(changes(whole))(whole)
    before = Transfer.objects.count()

    became_of(record, beside=f"neighbour-{number}")

    moved = Transfer.objects.count() - before - 1  # the neighbour's credit
    if not handled(record):
        assert moved == 0
    assert moved <= 2


def became_of(record: Record, *, beside: str) -> None:
    """One batch with a record before it and one behind it, both of other keys."""
    skipped = sum(SkippedType.objects.values_list("skipped", flat=True))
    neighbour = order_of(beside, 7)
    deliver(record, record_of(neighbour))

    assert balance_of(beside) == 7
    aside = DivertedRecord.objects.filter(offset=record.offset)
    passed = sum(SkippedType.objects.values_list("skipped", flat=True)) - skipped
    assert aside.count() + handled(record) + passed == 1
    for row in aside:
        failed = row.tries == 1 and row.reason and "Traceback" in row.last_error
        assert failed or row.state == "waiting"  # behind an earlier one of the same strange key
    findings = Findings()
    check_books(findings)
    assert findings.differences == []


def handled(record: Record) -> int:
    return InboxMessage.objects.filter(offset=record.offset).count()
