"""Reading accounts. Somebody else's account is not found, whether it exists or not."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from account_service.ledger.errors import NotYours
from account_service.ledger.models import Account, Transfer
from flextx.envelope import rfc3339
from flextx.http.auth import Caller

_TOLD_AS = {"user": "available", "escrow": "held", "debt": "owed"}


def check_may_see(caller: Caller, owner_id: str) -> None:
    """Raises NotYours."""
    if not caller.may_see(owner_id):
        raise NotYours()


def balances_of(owner_id: str) -> list[dict[str, Any]]:
    """One entry an asset: `available` on the account, `held` in escrow, `owed`; an owner never seen has none."""
    by_asset: dict[str, dict[str, Any]] = {}
    for account in Account.objects.filter(owner_id=owner_id, kind__in=_TOLD_AS).order_by("asset", "kind"):
        entry = by_asset.setdefault(
            account.asset, {"asset": account.asset, "available": 0, "held": 0, "owed": 0, "updated_at": ""}
        )
        entry[_TOLD_AS[account.kind]] = abs(account.balance)  # a debt is zero or below
        entry["updated_at"] = max(entry["updated_at"], rfc3339(account.updated_at))
    return list(by_asset.values())


def statement_of(
    owner_id: str, *, asset: str, before: int | None, limit: int
) -> tuple[list[dict[str, Any]], int | None]:
    """The legs of an owner's account, newest first, and the cursor of the next page.

    The cursor is the account's own leg counter, given out under its lock: no leg can appear below one already read.
    """
    account = Account.objects.filter(kind=Account.Kind.USER, owner_id=owner_id, asset=asset).first()
    if account is None:
        return [], None
    newest = account.last_leg if before is None else min(before - 1, account.last_leg)
    oldest = newest - limit + 1
    legs = Transfer.objects.filter(
        Q(debit_account=account, debit_leg__range=(oldest, newest))
        | Q(credit_account=account, credit_leg__range=(oldest, newest))
    )
    lines = sorted((_line(account, transfer) for transfer in legs), key=lambda line: -line[0])
    return [line for _, line in lines], oldest if oldest > 1 else None


def _line(account: Account, transfer: Transfer) -> tuple[int, dict[str, Any]]:
    is_credit = transfer.credit_account_id == account.pk
    leg = (transfer.credit_leg if is_credit else transfer.debit_leg) or 0  # an owner's account numbers its legs
    return leg, {
        "transfer_id": str(transfer.transfer_id),
        "asset": transfer.asset,
        "direction": "credit" if is_credit else "debit",
        "amount": transfer.amount,
        "balance_after": transfer.credit_balance_after if is_credit else transfer.debit_balance_after,
        "kind": transfer.kind,
        "cause_id": transfer.cause_id,
        "created_at": rfc3339(transfer.created_at),
    }
