"""Are the books right in themselves? Balances against legs, escrow against what it holds, and what belongs together."""

from __future__ import annotations

from account_service.ledger import differences
from account_service.ledger import reconcile_sql as sql
from account_service.ledger.models import Transfer
from flextx.reconciliation import Findings, rows_of

KNOWN_KINDS = (
    "recharge",
    *("gift_charge", "gift_refund", "gift_settle", "gift_income"),
    *("undo_gift_income", "undo_gift_settle", "undo_gift_charge"),
    *("refund_hold", "refund_release", "refund_unhold", "refund"),
    *("debt_loan", "debt_repayment"),
)
_COMPARISONS = {
    differences.ESCROW_DIFFERS: sql.WRONG_ESCROWS,
    differences.ASSET_NOT_CONSERVED: sql.ASSETS_NOT_CONSERVED,
    differences.DEBT_ABOVE_ZERO: sql.DEBTS_ABOVE_ZERO,
    differences.DEBT_NOT_REPAID: sql.DEBTS_NOT_REPAID,
}


def check_books(findings: Findings) -> None:
    """Adds to the findings; within the caller's snapshot. What is held for something is in flight."""
    _check_balances(findings)
    _check_kinds(findings)
    for name, statement in _COMPARISONS.items():
        for identity, detail in rows_of(statement):
            findings.differs(name, identity, detail)
    for name, cause_id, detail in rows_of(sql.HALF_POSTED):
        findings.differs(name, cause_id, detail)
    ((open_holds,),) = rows_of(sql.COUNT_OPEN_HOLDS)
    findings.in_flight += open_holds


def _check_balances(findings: Findings) -> None:
    findings.checked += sum(row[0] for row in rows_of(sql.COUNT_BALANCES))
    for kind, owner_id, asset, balance, total, last_leg, leg in rows_of(sql.WRONG_BALANCES):
        findings.differs(
            differences.BALANCE_DIFFERS,
            f"{kind}/{owner_id}/{asset}",
            f"stored balance {balance}, legs add up to {total}; stored leg count {last_leg}, legs {leg}",
        )
    for transfer_id, owner_id, stored, total in rows_of(sql.WRONG_STATEMENT_LINES):
        findings.differs(
            differences.STATEMENT_DIFFERS,
            str(transfer_id),
            f"says {stored} after it on {owner_id}'s account, legs say {total}",
        )


def _check_kinds(findings: Findings) -> None:
    unknown = Transfer.objects.exclude(kind__in=KNOWN_KINDS).values_list("transfer_id", "kind", "cause_id")
    for transfer_id, kind, cause_id in unknown[:1000]:
        findings.differs(differences.UNKNOWN_KIND, str(transfer_id), f"a transfer of kind {kind!r} for {cause_id!r}")
