"""Are the books right? In themselves, their credits against the order service's orders, and its gifts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from account_service.ledger import differences
from account_service.ledger import reconcile_sql as sql
from account_service.ledger.books import check_books
from account_service.ledger.models import Transfer
from account_service.ledger.orders_api import CompletedOrder, completed_orders
from account_service.ledger.reconcile_gifts import compare_with_gifts
from flextx.clock import database_now
from flextx.inbox.reconcile import compare_skipped_records
from flextx.outbox.reconcile import compare_skipped_messages
from flextx.reconciliation import Findings, one_snapshot, rows_of

# A paid order whose coins have not come is called missing only after this; before that it is counted as in flight.
GRACE_SECONDS = 10
# A credit that the order service has not taken notice of is called untold only after this.
TOLD_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Credit:
    transfer_id: UUID
    order_no: str
    owner_id: str
    coins: int
    taken_back: bool
    created_at: datetime


def reconcile() -> Findings:
    """Reads only. Credits are read before orders, so a credit without its order is never just a late reading."""
    findings = Findings()
    with one_snapshot():
        check_books(findings)
        compare_skipped_records(findings)
        compare_skipped_messages(findings)
        credits = {row[1]: Credit(*row) for row in rows_of(sql.RECHARGE_CREDITS)}
    findings.checked += len(credits)
    without_credit, not_taken_back = _compare_with_orders(findings, credits)
    _report_missing(findings, without_credit)
    _report_not_taken_back(findings, not_taken_back)
    compare_with_gifts(findings)
    return findings


def _compare_with_orders(
    findings: Findings, credits: dict[str, Credit]
) -> tuple[list[CompletedOrder], list[CompletedOrder]]:
    """Compare what both know; the answer is the completed orders that have no credit among those read, and the
    refunded ones whose credit was not taken back."""
    without_credit, not_taken_back = [], []
    told_by = database_now() - timedelta(seconds=TOLD_SECONDS)
    for order in completed_orders():
        credit = credits.pop(order.order_no, None)
        if credit is None:
            without_credit.append(order)
            continue
        if order.status == "refunded" and not credit.taken_back:
            not_taken_back.append(order)
        _compare_refund(findings, credit, order)
        _compare_notice(findings, credit, order, told_by)
        if credit.coins != order.coins:
            findings.differs(
                differences.WRONG_AMOUNT, order.order_no, f"credited {credit.coins} coins, bought {order.coins}"
            )
        if credit.owner_id != order.owner_id:
            findings.differs(
                differences.WRONG_OWNER, order.order_no, f"credited {credit.owner_id}, bought by {order.owner_id}"
            )
    for order_no, credit in sorted(credits.items()):
        findings.differs(
            differences.CREDIT_WITHOUT_ORDER,
            order_no,
            f"transfer {credit.transfer_id} credited {credit.coins} coins to"
            f" {credit.owner_id}, but there is no completed order of that number",
        )
    return without_credit, not_taken_back


def _compare_notice(findings: Findings, credit: Credit, order: CompletedOrder, told_by: datetime) -> None:
    if order.status == "completed" and credit.created_at < told_by:
        detail = f"{credit.coins} coins were credited at {credit.created_at}, but it is still completed"
        findings.differs(differences.CREDIT_NOT_TOLD, order.order_no, detail)


def _compare_refund(findings: Findings, credit: Credit, order: CompletedOrder) -> None:
    """The coins are taken before the order is called refunded, and an order that is refunded stays so."""
    if not credit.taken_back or order.status == "refunded":
        return
    if order.status == "refunding":
        findings.in_flight += 1
        return
    detail = f"its {credit.coins} coins were taken back, but it is {order.status}"
    findings.differs(differences.REFUND_WITHOUT_ORDER, order.order_no, detail)


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
                differences.MISSING_CREDIT,
                order.order_no,
                f"{order.status}, but {order.owner_id} never got {order.coins} coins",
            )


def _report_not_taken_back(findings: Findings, orders: list[CompletedOrder]) -> None:
    """Look again, for coins that were taken since."""
    credits = Transfer.objects.filter(kind="recharge", cause_id__in=[order.order_no for order in orders])
    taken = Transfer.objects.filter(reverses_transfer_id__in=credits.values("transfer_id"))
    newly = set(credits.filter(pk__in=taken.values("reverses_transfer_id")).values_list("cause_id", flat=True))
    for order in orders:
        if order.order_no not in newly:
            findings.differs(
                differences.REFUND_NOT_TAKEN,
                order.order_no,
                f"refunded, but {order.owner_id} still has its {order.coins} coins",
            )
