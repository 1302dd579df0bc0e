"""Posting: lock the accounts, drop what was posted before, insert the rest and the new balances, set by set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from account_service.ledger import sql
from account_service.ledger.debts import loan_for, repayments
from account_service.ledger.errors import InsufficientFunds, TransferConflict, TransferMissing
from account_service.ledger.locks import AccountKey, debt_of, lock_accounts
from account_service.ledger.models import Account, Transfer
from account_service.ledger.requests import TransferRequest


def post_transfers(requests: Sequence[TransferRequest]) -> list[Transfer]:
    """Post those not posted yet, in this order, with as many statements for a hundred as for one; the new ones come
    back, with the loans and repayments that they brought about.

    Runs in the caller's transaction. Raises InsufficientFunds, and TransferConflict for an id posted before with
    other content; nothing is posted then. To end or reverse something twice is refused by the database.
    """
    accounts = lock_accounts(_accounts_of(requests))
    fresh = _not_yet_posted(requests)
    transfers = [_post(part, accounts) for request in fresh for part in (*loan_for(request, accounts), request)]
    transfers += [_post(repayment, accounts) for repayment in repayments(fresh, accounts)]
    Transfer.objects.bulk_create(transfers)
    _store_balances(transfers)
    return transfers


def post_and_tell(*requests: TransferRequest) -> dict[str, Any]:
    """Post them, and what a reply says of it."""
    return {"transfer_ids": [str(transfer.transfer_id) for transfer in post_transfers(requests)]}


def was_posted(request: TransferRequest) -> bool:
    """Is there such a transfer, with exactly this content?"""
    row = _rows([request]).get(request.transfer_id)
    return row is not None and _same(row, request)


def check_posted(*requests: TransferRequest) -> None:
    """For what builds on them. Raises TransferMissing, and TransferConflict for one that has other content."""
    rows = _rows(requests)
    for request in requests:
        if request.transfer_id not in rows:
            raise TransferMissing(f"{request.kind}:{request.cause_id} was never posted")
        if not _same(rows[request.transfer_id], request):
            raise _conflict(request)


def _accounts_of(requests: Sequence[TransferRequest]) -> set[AccountKey]:
    lent = {debt_of(request.debit) for request in requests if request.to_debt}
    return lent | {key for request in requests for key in (request.debit, request.credit)}


def _not_yet_posted(requests: Sequence[TransferRequest]) -> list[TransferRequest]:
    """Safe under the locks: the same transfer touches the same accounts. Other content hits the primary key."""
    posted = _rows(requests)
    fresh: dict[UUID, TransferRequest] = {}
    for request in requests:
        row = posted.get(request.transfer_id)
        twin = fresh.setdefault(request.transfer_id, request) if row is None else None
        if (row is not None and not _same(row, request)) or (twin is not None and twin != request):
            raise _conflict(request)
    return list(fresh.values())


def _rows(requests: Sequence[TransferRequest]) -> dict[UUID, Transfer]:
    rows = Transfer.objects.select_related("debit_account", "credit_account")
    return {row.transfer_id: row for row in rows.filter(pk__in=[request.transfer_id for request in requests])}


def _same(row: Transfer, request: TransferRequest) -> bool:
    return (row.amount, _key(row.debit_account), _key(row.credit_account)) == (
        request.amount,
        request.debit,
        request.credit,
    )


def _key(account: Account) -> AccountKey:
    return account.kind, account.owner_id, account.asset


def _conflict(request: TransferRequest) -> TransferConflict:
    return TransferConflict(f"{request.kind}:{request.cause_id} was posted before with other content")


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
        reverses_transfer_id=request.reverses,
        closes_transfer_id=request.closes,
    )


def _add_leg(account: Account, amount: int) -> tuple[int | None, int | None]:
    """(leg, balance after it) of an owner's account; a system account has neither."""
    if not account.keeps_balance:
        return None, None
    if account.balance + amount < 0 and account.kind != Account.Kind.DEBT:
        raise InsufficientFunds(f"{account.kind} account of {account.owner_id} holds {account.balance} {account.asset}")
    account.balance += amount
    account.last_leg += 1
    return account.last_leg, account.balance


def _store_balances(transfers: Sequence[Transfer]) -> None:
    sides = [account for transfer in transfers for account in (transfer.debit_account, transfer.credit_account)]
    accounts = {account.pk: account for account in sides if account.keeps_balance}.values()
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
