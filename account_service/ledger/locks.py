"""Account locks: always in the order of their ids, so that two batches never wait for each other in a ring."""

from collections.abc import Iterable

from django.db.models import Q

from account_service.ledger.models import Account

AccountKey = tuple[str, str, str]
"""(kind, owner_id, asset)"""


def lock_accounts(keys: Iterable[AccountKey]) -> dict[AccountKey, Account]:
    """These accounts, made if needed. Owners' accounts are locked; system accounts are only looked up."""
    wanted = sorted(set(keys))
    # Inserted in one order too: two batches that both make the same new accounts would deadlock here otherwise.
    Account.objects.bulk_create(
        [Account(kind=kind, owner_id=owner_id, asset=asset) for kind, owner_id, asset in wanted],
        ignore_conflicts=True,
    )
    system = (Account.Kind.ISSUER, Account.Kind.SINK)
    owners = Account.objects.select_for_update().filter(_any_of(key for key in wanted if key[0] not in system))
    shared = Account.objects.filter(_any_of(key for key in wanted if key[0] in system))
    found = [*owners.order_by("id"), *shared]
    return {(account.kind, account.owner_id, account.asset): account for account in found}


def _any_of(keys: Iterable[AccountKey]) -> Q:
    """Grouped by kind and asset, which are few, so that the owners become one list."""
    groups: dict[tuple[str, str], list[str]] = {}
    for kind, owner_id, asset in keys:
        groups.setdefault((kind, asset), []).append(owner_id)
    condition = Q(pk__in=[])
    for (kind, asset), owner_ids in groups.items():
        condition |= Q(kind=kind, asset=asset, owner_id__in=owner_ids)
    return condition
