"""Many consumers post at once: who must not wait does not, who must does, and nobody waits in a ring."""

import random
from functools import partial

import pytest
from django.db import OperationalError, connection, transaction

from account_service.ledger.models import Account, Transfer
from account_service.ledger.services import recharge_transfer
from account_service.ledger.transfers import post_transfers
from contracts import OrderCompleted
from flextx.inbox.models import DivertedRecord
from tests.account_service.stories import balance_of, credit, deliver, order_of, record_of
from tests.support.threads import held_open, together

THREADS, BATCHES, OWNERS = 20, 10, 12


def give_up_after(milliseconds: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [str(milliseconds)])


def test_batches_for_different_owners_do_not_wait_for_each_other() -> None:
    """Fault tried: the issuer's account locked too in lock_accounts."""
    credit("u-0")  # the issuer's account is there, as it always is after the first recharge
    give_up_after(500)

    with held_open(partial(post_transfers, [recharge_transfer(order_of("u-1"))])):
        deliver(record_of(order_of("u-2")), record_of(order_of("u-0")))

        assert (balance_of("u-2"), balance_of("u-0")) == (60, 120)
        assert not Account.objects.filter(owner_id="u-1").exists()

    assert balance_of("u-1") == 60
    issuer = Account.objects.get(kind="issuer")
    assert (issuer.balance, issuer.last_leg) == (0, 0)


def test_batches_for_the_same_owner_wait_and_a_wait_too_long_burns_nothing() -> None:
    """Fault tried: OperationalError taken out of the outages: the record then goes aside."""
    credit("u-1")
    give_up_after(300)
    record = record_of(order_of("u-1", 7))

    with held_open(partial(post_transfers, [recharge_transfer(order_of("u-1", 5))])):
        with pytest.raises(OperationalError):
            deliver(record)
        assert balance_of("u-1") == 60
        assert DivertedRecord.objects.count() == 0

    deliver(record)
    assert balance_of("u-1") == 72


def test_two_hundred_batches_over_the_same_owners_do_not_deadlock() -> None:
    """Fault tried: in lock_accounts `order_by("?")`; inserts in random order; `select_for_update()` taken out."""
    chance = random.Random(20261121)
    batches = [
        [order_of(f"u-{chance.randrange(OWNERS)}", chance.randrange(1, 100)) for _ in range(8)]
        for _ in range(THREADS * BATCHES)
    ]

    together([partial(post_batches, batches[number::THREADS]) for number in range(THREADS)])

    posted = [event for batch in batches for event in batch]
    assert Transfer.objects.count() == len(posted)
    for owner_id in sorted({event.owner_id for event in posted}):
        coins = [event.coins for event in posted if event.owner_id == owner_id]
        assert legs_of(owner_id) == (sum(coins), len(coins), sorted(coins))


def post_batches(batches: list[list[OrderCompleted]]) -> None:
    for batch in batches:
        with transaction.atomic():
            post_transfers([recharge_transfer(event) for event in batch])


def legs_of(owner_id: str) -> tuple[int, int, list[int]]:
    """(balance, legs, amounts) once every leg was found in its place with the right balance behind it."""
    account = Account.objects.get(kind="user", owner_id=owner_id)
    running, amounts = 0, []
    for number, transfer in enumerate(Transfer.objects.filter(credit_account=account).order_by("credit_leg"), start=1):
        running += transfer.amount
        assert (transfer.credit_leg, transfer.credit_balance_after) == (number, running)
        amounts.append(transfer.amount)
    assert account.last_leg == len(amounts)
    assert account.balance == running
    return account.balance, account.last_leg, sorted(amounts)
