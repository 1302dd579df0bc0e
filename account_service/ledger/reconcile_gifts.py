"""The ledger's gifts against the order service's: who paid what for whom, and whether it stayed so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from account_service.ledger import differences
from account_service.ledger import reconcile_sql as sql
from account_service.ledger.orders_api import ListedGift, gifts
from flextx.clock import database_now
from flextx.reconciliation import Findings, one_snapshot, rows_of

# What the ledger may hold for a gift of this status. The gifts are read first: meanwhile a sent one may have been
# undone, and one that was on its way can have come to any end.
_ANY = ("nothing", "held", "refunded", "settled", "reversed")
_ALLOWED = {
    "sending": _ANY,
    "sent": ("settled", "reversed"),
    "undoing": ("settled", "reversed"),
    "refused": ("nothing",),
    "undone": ("refunded", "reversed"),
}


@dataclass(frozen=True, slots=True)
class _Booked:
    gift_id: str
    sender_id: str
    coins: int
    charged_at: datetime
    state: str
    host_id: str | None
    litchi: int | None


def compare_with_gifts(findings: Findings) -> None:
    """Reads only: the order service's gifts, then the ledger's from one snapshot."""
    began_at = database_now()
    told = {gift.gift_id: gift for gift in gifts()}
    with one_snapshot():
        booked = {row[0]: _Booked(*row) for row in rows_of(sql.GIFTS)}
    findings.checked += len(told)
    for gift in told.values():
        _compare(findings, gift, booked.pop(gift.gift_id, None))
    for row in booked.values():
        if row.charged_at < began_at:  # a later one was sent while the gifts were read
            findings.differs(
                differences.CHARGE_WITHOUT_GIFT, row.gift_id, f"{row.coins} coins of {row.sender_id}: {row.state}"
            )


def _compare(findings: Findings, gift: ListedGift, row: _Booked | None) -> None:
    state = row.state if row else "nothing"
    if state not in _ALLOWED[gift.status]:
        findings.differs(
            differences.GIFT_DIFFERS_FROM_LEDGER, gift.gift_id, f"the gift is {gift.status}, its coins: {state}"
        )
    if row is None:
        return
    if (row.sender_id, row.coins) != (gift.sender_id, gift.coins):
        detail = f"charged {row.coins} of {row.sender_id}, sent {gift.coins} of {gift.sender_id}"
        findings.differs(differences.GIFT_CHARGED_WRONGLY, gift.gift_id, detail)
    if row.host_id is not None and (row.host_id, row.litchi) != (gift.host_id, gift.litchi):
        detail = f"income {row.litchi} for {row.host_id}, due {gift.litchi} for {gift.host_id}"
        findings.differs(differences.GIFT_INCOME_WRONG, gift.gift_id, detail)
