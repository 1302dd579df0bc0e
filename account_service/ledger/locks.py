"""Locks: owners before accounts, and accounts in the order of their ids, so that nobody waits in a ring."""

from collections.abc import Iterable

from django.db.models import Q

from account_service.ledger import sql
from account_service.ledger.models import Account, Owner

AccountKey = tuple[str, str, str]
"""(kind, owner_id, asset)"""

_LOCKED = (Account.Kind.USER, Account.Kind.ESCROW)


def lock_accounts(keys: Iterable[AccountKey]) -> dict[AccountKey, Account]:
    """These accounts, made if needed, and the debts of the owners among them. System accounts are only looked up.

    A debt changes only together with its owner's own account: that one's lock guards it. It is read behind the locks,
    by a statement of its own, which sees a debt that was made while this transaction waited.
    """
    named = set(keys)
    wanted = sorted(named | {_owner_of(key) for key in named if key[0] == Account.Kind.DEBT})
    make_accounts(wanted)
    owners = Account.objects.select_for_update().filter(_any_of(key for key in wanted if key[0] in _LOCKED))
    debts = [debt_of(key) for key in wanted if key[0] == Account.Kind.USER]
    guarded = Account.objects.filter(_any_of([*debts, *(key for key in wanted if key[0] not in _LOCKED)]))
    found = [*owners.order_by("id"), *guarded]
    return {(account.kind, account.owner_id, account.asset): account for account in found}


def lock_known_accounts(keys: Iterable[AccountKey]) -> None:
    """Those of them that are there, before a batch comes to each by itself. None is made: that is for who needs it."""
    owners = Account.objects.select_for_update().filter(_any_of(key for key in set(keys) if key[0] in _LOCKED))
    list(owners.order_by("id").values_list("id"))


def make_accounts(keys: Iterable[AccountKey]) -> None:
    """In one order too: two transactions that both make the same new accounts would deadlock here otherwise."""
    Account.objects.bulk_create(
        [Account(kind=kind, owner_id=owner_id, asset=asset) for kind, owner_id, asset in sorted(keys)],
        ignore_conflicts=True,
    )


def debt_of(key: AccountKey) -> AccountKey:
    return (Account.Kind.DEBT.value, *key[1:])


def share_owner(owner_id: str) -> Owner:
    """The owner as it stays until this transaction ends: a freeze waits for what the owner has under way."""
    _know_owner(owner_id)
    return Owner.objects.raw(sql.SHARE_OWNER, [owner_id])[0]


def lock_owner(owner_id: str) -> Owner:
    """To change it."""
    _know_owner(owner_id)
    return Owner.objects.select_for_update().get(pk=owner_id)


def _know_owner(owner_id: str) -> None:
    Owner.objects.bulk_create([Owner(owner_id=owner_id)], ignore_conflicts=True)


def _owner_of(debt: AccountKey) -> AccountKey:
    return (Account.Kind.USER.value, *debt[1:])


def _any_of(keys: Iterable[AccountKey]) -> Q:
    """Grouped by kind and asset, which are few, so that the owners become one list."""
    groups: dict[tuple[str, str], list[str]] = {}
    for kind, owner_id, asset in keys:
        groups.setdefault((kind, asset), []).append(owner_id)
    condition = Q(pk__in=[])
    for (kind, asset), owner_ids in groups.items():
        condition |= Q(kind=kind, asset=asset, owner_id__in=owner_ids)
    return condition
