"""What an owner owes: lent when something must be taken that is not there, paid back from whatever comes next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from account_service.ledger.locks import AccountKey, debt_of
from account_service.ledger.models import Account
from account_service.ledger.requests import TransferRequest

Accounts = Mapping[AccountKey, Account]


def loan_for(request: TransferRequest, accounts: Accounts) -> Iterator[TransferRequest]:
    """What the debited account lacks for this request, from its owner's debt; nothing if it holds enough."""
    lacking = request.amount - accounts[request.debit].balance
    if request.to_debt and lacking > 0:
        yield TransferRequest(
            "debt_loan", str(request.transfer_id), lacking, debit=debt_of(request.debit), credit=request.debit
        )


def repayments(posted: Iterable[TransferRequest], accounts: Accounts) -> Iterator[TransferRequest]:
    """One for each owner who was credited and owes: as much as there is, once everything else is posted."""
    credited = {request.credit: request for request in posted if request.credit[0] == Account.Kind.USER}
    for key, request in credited.items():
        debt = accounts.get(debt_of(key))
        amount = min(accounts[key].balance, -debt.balance) if debt else 0
        if amount > 0:
            yield TransferRequest("debt_repayment", str(request.transfer_id), amount, debit=key, credit=debt_of(key))
