"""Do orders, payments, announcements and notices of credit tell the same story?"""

from contracts import ORDER_EVENTS
from flextx.outbox.publish import physical_topic
from flextx.reconciliation import Findings, one_snapshot, rows_of
from order_service.recharge import sql

_COMPARISONS = {
    "completed_not_announced": sql.COMPLETED_NOT_ANNOUNCED,
    "completed_without_payment": sql.COMPLETED_WITHOUT_PAYMENT,
    "paid_not_completed": sql.PAID_NOT_COMPLETED,
    "payment_differs": sql.PAYMENT_DIFFERS,
    "credited_without_notice": sql.CREDITED_WITHOUT_NOTICE,
    "notice_differs": sql.NOTICE_DIFFERS,
}


def reconcile() -> Findings:
    """Reads only, from one snapshot."""
    findings = Findings()
    with one_snapshot():
        ((findings.checked,),) = rows_of(sql.COUNT_ORDERS)
        ((findings.in_flight,),) = rows_of(sql.COUNT_IN_FLIGHT)
        for name, statement in _COMPARISONS.items():
            for order_no, detail in rows_of(statement, topic=physical_topic(ORDER_EVENTS)):
                findings.differs(name, order_no, detail)
    return findings
