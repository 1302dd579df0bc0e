"""Which accounts the ledger's money moves between."""

from account_service.ledger.locks import AccountKey
from account_service.ledger.models import Account

COIN, LITCHI = "COIN", "LITCHI"


def user(owner_id: str, asset: str = COIN) -> AccountKey:
    return Account.Kind.USER.value, owner_id, asset


def escrow(owner_id: str) -> AccountKey:
    """One an owner, whatever the coins in it are held for."""
    return Account.Kind.ESCROW.value, owner_id, COIN


def issuer(asset: str = COIN) -> AccountKey:
    """Where an asset comes into being; its balance is minus all that is in circulation."""
    return Account.Kind.ISSUER.value, "system", asset


def sink() -> AccountKey:
    """Where spent coins end."""
    return Account.Kind.SINK.value, "system", COIN
