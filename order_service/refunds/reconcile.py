"""Do refunds, their runs, their payments and their orders tell the same story?"""

from flextx.reconciliation import Findings, rows_of
from order_service.refunds import differences, sql

_COMPARISONS = {
    differences.REFUND_DIFFERS: sql.REFUND_DIFFERS,
    differences.ORDER_WITHOUT_REFUND: sql.ORDER_WITHOUT_REFUND,
    differences.PAYMENT_WITHOUT_REFUND: sql.PAYMENT_WITHOUT_REFUND,
}


def compare_refunds(findings: Findings) -> None:
    """Adds to the findings; within the caller's snapshot."""
    ((checked, in_flight),) = rows_of(sql.COUNT_REFUNDS)
    findings.checked += checked
    findings.in_flight += in_flight
    for name, statement in _COMPARISONS.items():
        for order_no, detail in rows_of(statement):
            findings.differs(name, order_no, detail)
