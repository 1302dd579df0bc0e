"""Posting is set-based: as many statements for a hundred credits as for one."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from account_service.ledger.models import Account, Transfer
from account_service.ledger.services import credit_buyers
from contracts import OrderCompleted
from flextx.clock import database_now
from flextx.envelope import read_envelope
from flextx.inbox.registry import Delivery
from flextx.outbox.models import OutboxMessage
from tests.account_service.stories import CONSUMER, balance_of, credit, deliver, order_of, record_of, send_back

STATEMENTS_MAX = 8


def one_each(number: int) -> str:
    return f"u-{number}"


def all_to_one(number: int) -> str:
    return "u-1"


def statements(run: Callable[[], None]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        run()
    words = [query["sql"] for query in captured.captured_queries]
    return [sql for sql in words if not sql.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))]


def deliveries_of(events: list[OrderCompleted]) -> list[Delivery[OrderCompleted]]:
    records, now = [record_of(event) for event in events], database_now()
    return [
        Delivery(event, read_envelope(record.headers), record, CONSUMER, now)
        for event, record in zip(events, records, strict=True)
    ]


@pytest.mark.parametrize("owner", [one_each, all_to_one])
@pytest.mark.parametrize("accounts_are_new", [True, False])
def test_a_hundred_credits_take_at_most_eight_statements(owner: Callable[[int], str], accounts_are_new: bool) -> None:
    """Fault tried: one `create` for each transfer; one UPDATE for each balance; one publish for each event."""
    if not accounts_are_new:
        deliver(*(record_of(order_of(owner(number), 1)) for number in range(100)))
    events = [order_of(owner(number), number + 1) for number in range(100)]
    deliveries = deliveries_of(events)
    before = Transfer.objects.count()

    def handle() -> None:
        with transaction.atomic():
            credit_buyers(deliveries)

    made = statements(handle)

    assert Transfer.objects.count() == before + 100
    after_commit = [sql for sql in made if "pg_notify" in sql]  # a relay is woken once the transaction is over
    print(f"100 credits: {len(made) - len(after_commit)} statements, {len(after_commit)} after the commit")
    assert len(made) - len(after_commit) <= STATEMENTS_MAX
    assert len(after_commit) == 1


def test_a_batch_through_the_inbox_takes_as_many_statements_for_a_hundred_as_for_one() -> None:
    """Fault tried: one inbox row taken in at a time."""
    credit("u-0")
    one, hundred = [record_of(order_of("u-0"))], [record_of(order_of(one_each(number))) for number in range(100)]

    for_one, for_hundred = statements(lambda: deliver(*one)), statements(lambda: deliver(*hundred))

    print(f"through the inbox: {len(for_one)} statements for 1 record, {len(for_hundred)} for 100")
    assert len(for_hundred) == len(for_one)
    assert OutboxMessage.objects.count() == 102


def test_many_credits_of_one_owner_in_a_batch_are_numbered_in_the_logs_order() -> None:
    """Fault tried: the requests sorted by transfer id."""
    events = [order_of("u-1", coins) for coins in range(1, 13)]

    deliver(*(record_of(event) for event in events))

    legs = Transfer.objects.order_by("credit_leg").values_list("cause_id", "credit_leg", "credit_balance_after")
    assert list(legs) == [(event.order_no, n, n * (n + 1) // 2) for n, event in enumerate(events, start=1)]
    assert (balance_of("u-1"), Account.objects.get(owner_id="u-1").last_leg) == (78, 12)


@pytest.mark.parametrize("owner", [one_each, all_to_one])
def test_a_hundred_credits_to_owners_who_owe_take_at_most_eight_statements(owner: Callable[[int], str]) -> None:
    """Fault tried: each debt looked up by itself; debts read by a statement of their own."""
    owing = sorted({owner(number) for number in range(100)})
    for owner_id in owing:
        send_back(("user", owner_id, "COIN"), 5, to_debt=True)
    deliveries = deliveries_of([order_of(owner(number), 7) for number in range(100)])

    def handle() -> None:
        with transaction.atomic():
            credit_buyers(deliveries)

    made = [sql for sql in statements(handle) if "pg_notify" not in sql]

    assert len(made) <= STATEMENTS_MAX
    assert Transfer.objects.filter(kind="debt_repayment", amount=5).count() == len(owing)
    assert not Account.objects.filter(kind="debt").exclude(balance=0).exists()
