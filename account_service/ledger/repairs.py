"""Repairs of the ledger's news: messages go out again. No balance and no transfer is ever touched here."""

from __future__ import annotations

from typing import ClassVar

from django.db import transaction

from contracts import CoinsCredited
from flextx.errors import Refusal
from flextx.outbox.republish import republish


class NothingToTell(Refusal):
    """Its CoinsCredited has not left yet, is parked, or was pruned: see GET /api/v1/parked, or replay its topic."""

    code: ClassVar = "nothing_to_tell"


@transaction.atomic
def tell_again(order_no: str) -> str:
    """The same CoinsCredited goes out again."""
    if not republish(CoinsCredited, keys=[order_no]):
        raise NothingToTell()
    return "CoinsCredited is sent again"
