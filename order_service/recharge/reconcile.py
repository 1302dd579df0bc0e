"""Do orders, payments, announcements and notices of credit tell the same story?"""

from contracts import ORDER_EVENTS
from flextx.conf import flextx_settings
from flextx.outbox.publish import physical_topic
from flextx.reconciliation import Findings, rows_of
from order_service.recharge import differences, sql
from order_service.recharge.repairs import OVERDUE_SECONDS

_COMPARISONS = {
    differences.COMPLETED_NOT_ANNOUNCED: sql.COMPLETED_NOT_ANNOUNCED,
    differences.COMPLETED_WITHOUT_PAYMENT: sql.COMPLETED_WITHOUT_PAYMENT,
    differences.PAID_NOT_COMPLETED: sql.PAID_NOT_COMPLETED,
    differences.PAYMENT_DIFFERS: sql.PAYMENT_DIFFERS,
    differences.CREDITED_WITHOUT_NOTICE: sql.CREDITED_WITHOUT_NOTICE,
    differences.NOTICE_DIFFERS: sql.NOTICE_DIFFERS,
    differences.OVERDUE_ORDER: sql.OVERDUE_ORDERS,
}


def compare_orders(findings: Findings) -> None:
    """Adds to the findings; within the caller's snapshot."""
    ((checked,),) = rows_of(sql.COUNT_ORDERS)
    ((in_flight,),) = rows_of(sql.COUNT_IN_FLIGHT)
    findings.checked += checked
    findings.in_flight += in_flight
    given = {
        "topic": physical_topic(ORDER_EVENTS),
        "kept_seconds": flextx_settings().outbox_retention_seconds,
        "overdue_seconds": OVERDUE_SECONDS,
    }
    for name, statement in _COMPARISONS.items():
        for order_no, detail in rows_of(statement, **given):
            findings.differs(name, order_no, detail)
