"""A frozen owner sets nothing going that takes money out; what others do with the accounts goes on."""

from __future__ import annotations

from django.db import transaction

from account_service.ledger.errors import AccountFrozen
from account_service.ledger.locks import lock_owner, share_owner
from account_service.ledger.models import FreezeMove, Owner


@transaction.atomic
def set_frozen(*, owner_id: str, frozen: bool, who: str, why: str) -> Owner:
    """Freeze an owner or let them go, also one never seen. Asked again it changes nothing.

    It waits for what the owner has under way: once it has answered, nothing more is charged.
    """
    owner = lock_owner(owner_id)
    if owner.frozen != frozen:
        owner.frozen = frozen
        owner.save(update_fields=["frozen"])
        FreezeMove.objects.create(owner=owner, frozen=frozen, who=who, why=why)
    return owner


def check_may_spend(owner_id: str) -> None:
    """Raises AccountFrozen. Without it, no freeze comes in before this transaction ends."""
    if share_owner(owner_id).frozen:
        raise AccountFrozen()
