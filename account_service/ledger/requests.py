"""A transfer that somebody asks for."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

from account_service.ledger.locks import AccountKey

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
    # The transfer that this one undoes, equal and opposite; the hold that it ends.
    reverses: UUID | None = None
    closes: UUID | None = None
    # What the debited account lacks is lent to it first, from its owner's debt.
    to_debt: bool = False

    @property
    def transfer_id(self) -> UUID:
        """From what the transfer is for, never from a message: however often it is asked for, it is posted once."""
        return uuid5(_NAMESPACE, f"{self.kind}:{self.cause_id}")

    @property
    def asset(self) -> str:
        return self.credit[2]


def opposite(
    original: TransferRequest,
    kind: str,
    *,
    cause_id: str | None = None,
    closes: UUID | None = None,
    to_debt: bool = False,
) -> TransferRequest:
    """What undoes a transfer: equal, the other way round, and naming it."""
    return TransferRequest(
        kind,
        cause_id or original.cause_id,
        original.amount,
        debit=original.credit,
        credit=original.debit,
        reverses=original.transfer_id,
        closes=closes,
        to_debt=to_debt,
    )
