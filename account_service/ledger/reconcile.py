"""Are the books right? Balances against legs, and credits against the order service's completed orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from account_service.ledger import reconcile_sql as sql
from account_service.ledger.models import Transfer
from account_service.ledger.orders_api import CompletedOrder, completed_orders
from flextx.clock import database_now
from flextx.reconciliation import Findings, one_snapshot, rows_of

# A paid order whose coins have not come is called missing only after this; before that it is counted as in flight.
GRACE_SECONDS = 10
KNOWN_KINDS = (
    "recharge",
    *("gift_charge", "gift_refund", "gift_settle", "gift_income"),
    *("undo_gift_income", "undo_gift_settle", "undo_gift_charge"),
    *("refund_hold", "refund_release", "refund_unhold", "refund"),
    *("debt_loan", "debt_repayment"),
)


@dataclass(frozen=True, slots=True)
class Credit:
    transfer_id: UUID
    order_no: str
    owner_id: str
    coins: int


def reconcile() -> Findings:
    """Reads only. Credits are read before orders, so a credit without its order is never just a late reading."""
    findings = Findings()
    with one_snapshot():
        _check_balances(findings)
        _check_kinds(findings)
        credits = {row[1]: Credit(*row) for row in rows_of(sql.RECHARGE_CREDITS)}
    findings.checked += len(credits)
    without_credit = _compare_with_orders(findings, credits)
    _report_missing(findings, without_credit)
    return findings


def _check_balances(findings: Findings) -> None:
    findings.checked += sum(row[0] for row in rows_of(sql.COUNT_BALANCES))
    for kind, owner_id, asset, balance, total, last_leg, leg in rows_of(sql.WRONG_BALANCES):
        findings.differs(
            "balance_differs",
            f"{kind}/{owner_id}/{asset}",
            f"stored balance {balance}, legs add up to {total}; stored leg count {last_leg}, legs {leg}",
        )
    for transfer_id, owner_id, stored, total in rows_of(sql.WRONG_STATEMENT_LINES):
        findings.differs(
            "statement_differs",
            str(transfer_id),
            f"says {stored} after it on {owner_id}'s account, legs say {total}",
        )


def _check_kinds(findings: Findings) -> None:
    unknown = Transfer.objects.exclude(kind__in=KNOWN_KINDS).values_list("transfer_id", "kind", "cause_id")
    for transfer_id, kind, cause_id in unknown[:1000]:
        findings.differs("unknown_kind", str(transfer_id), f"a transfer of kind {kind!r} for {cause_id!r}")


def _compare_with_orders(findings: Findings, credits: dict[str, Credit]) -> list[CompletedOrder]:
    """Compare what both know; the answer is the completed orders that have no credit among those read."""
    without_credit = []
    for order in completed_orders():
        credit = credits.pop(order.order_no, None)
        if credit is None:
            without_credit.append(order)
            continue
        if credit.coins != order.coins:
            findings.differs("wrong_amount", order.order_no, f"credited {credit.coins} coins, bought {order.coins}")
        if credit.owner_id != order.owner_id:
            findings.differs("wrong_owner", order.order_no, f"credited {credit.owner_id}, bought by {order.owner_id}")
    for order_no, credit in sorted(credits.items()):
        findings.differs(
            "credit_without_order",
            order_no,
            f"transfer {credit.transfer_id} credited {credit.coins} coins to"
            f" {credit.owner_id}, but there is no completed order of that number",
        )
    return without_credit


def _report_missing(findings: Findings, orders: list[CompletedOrder]) -> None:
    """Look again, for credits that came since; what an order calls credited must be there, the rest has a grace."""
    newly = set(
        Transfer.objects.filter(kind="recharge", cause_id__in=[order.order_no for order in orders]).values_list(
            "cause_id", flat=True
        )
    )
    grace_ends = database_now() - timedelta(seconds=GRACE_SECONDS)
    for order in orders:
        if order.order_no in newly:
            continue
        findings.checked += 1
        if order.status == "completed" and order.completed_at > grace_ends:
            findings.in_flight += 1
        else:
            findings.differs(
                "missing_credit",
                order.order_no,
                f"{order.status}, but {order.owner_id} never got {order.coins} coins",
            )
