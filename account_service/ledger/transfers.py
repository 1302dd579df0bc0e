"""Posting: lock the accounts, drop what was posted before, insert the rest and the new balances, set by set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from django.db import connection

from account_service.ledger import sql
from account_service.ledger.errors import InsufficientFunds, TransferConflict
from account_service.ledger.locks import AccountKey, lock_accounts
from account_service.ledger.models import Account, Transfer

# Fixed for ever: every transfer id hangs on it.
_NAMESPACE = UUID("5f1c9a52-8a39-4c7e-9b57-0a6d3b0c2e11")


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """Move `amount` (whole units of the accounts' asset) once, because of `cause_id`."""

    kind: str
    cause_id: str
    amount: int
    debit: AccountKey
    credit: AccountKey

    @property
    def transfer_id(self) -> UUID:
        """From what the transfer is for, never from a message: however often it is asked for, it is posted once."""
        return uuid5(_NAMESPACE, f"{self.kind}:{self.cause_id}")

    @property
    def asset(self) -> str:
        return self.credit[2]


def post_transfers(requests: Sequence[TransferRequest]) -> list[Transfer]:
    """Post those not posted yet, in this order, with five statements however many they are; the new ones come back.

    Runs in the caller's transaction. Raises InsufficientFunds, and TransferConflict for an id posted before with
    other content; nothing is posted then.
    """
    accounts = lock_accounts(key for request in requests for key in (request.debit, request.credit))
    fresh = _not_yet_posted(requests, accounts)
    transfers = [_post(request, accounts) for request in fresh]
    Transfer.objects.bulk_create(transfers)
    _store_balances(_touched(fresh, accounts))
    return transfers


def _not_yet_posted(requests: Sequence[TransferRequest], accounts: dict[AccountKey, Account]) -> list[TransferRequest]:
    """Safe under the locks: the same transfer touches the same accounts. Other content hits the primary key."""
    posted = {row.transfer_id: row for row in Transfer.objects.filter(pk__in=[r.transfer_id for r in requests])}
    fresh: dict[UUID, TransferRequest] = {}
    for request in requests:
        row = posted.get(request.transfer_id)
        twin = fresh.setdefault(request.transfer_id, request) if row is None else None
        if (row is not None and not _same(row, request, accounts)) or (twin is not None and twin != request):
            raise TransferConflict(f"{request.kind}:{request.cause_id} was posted before with other content")
    return list(fresh.values())


def _same(row: Transfer, request: TransferRequest, accounts: dict[AccountKey, Account]) -> bool:
    stored = (row.asset, row.amount, row.debit_account_id, row.credit_account_id)
    return stored == (request.asset, request.amount, accounts[request.debit].pk, accounts[request.credit].pk)


def _post(request: TransferRequest, accounts: dict[AccountKey, Account]) -> Transfer:
    debit, credit = accounts[request.debit], accounts[request.credit]
    debit_leg, debit_after = _add_leg(debit, -request.amount)
    credit_leg, credit_after = _add_leg(credit, request.amount)
    return Transfer(
        transfer_id=request.transfer_id,
        kind=request.kind,
        cause_id=request.cause_id,
        asset=request.asset,
        amount=request.amount,
        debit_account=debit,
        credit_account=credit,
        debit_leg=debit_leg,
        debit_balance_after=debit_after,
        credit_leg=credit_leg,
        credit_balance_after=credit_after,
    )


def _add_leg(account: Account, amount: int) -> tuple[int | None, int | None]:
    """(leg, balance after it) of an owner's account; a system account has neither."""
    if not account.keeps_balance:
        return None, None
    if account.balance + amount < 0:
        raise InsufficientFunds(f"{account.kind} account of {account.owner_id} holds {account.balance} {account.asset}")
    account.balance += amount
    account.last_leg += 1
    return account.last_leg, account.balance


def _touched(requests: Iterable[TransferRequest], accounts: dict[AccountKey, Account]) -> list[Account]:
    keys = {key for request in requests for key in (request.debit, request.credit)}
    return [accounts[key] for key in keys if accounts[key].keeps_balance]


def _store_balances(accounts: Sequence[Account]) -> None:
    if not accounts:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            sql.UPDATE_BALANCES,
            {
                "ids": [account.pk for account in accounts],
                "balances": [account.balance for account in accounts],
                "last_legs": [account.last_leg for account in accounts],
            },
        )
