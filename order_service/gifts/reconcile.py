"""Do gifts, their runs and the rooms' feeds tell the same story?"""

from flextx.reconciliation import Findings, rows_of
from order_service.gifts import differences, sql

_COMPARISONS = {
    differences.GIFT_DIFFERS_FROM_RUN: sql.STATUS_DIFFERS_FROM_RUN,
    differences.SHOWN_AND_NOT_PAID: sql.SHOWN_AND_NOT_PAID,
    differences.PAID_AND_NOT_SHOWN: sql.PAID_AND_NOT_SHOWN,
    differences.RETRACTED_AND_NOT_UNDONE: sql.RETRACTED_AND_NOT_UNDONE,
    differences.SHOWN_WITHOUT_GIFT: sql.SHOWN_WITHOUT_GIFT,
}


def compare_gifts(findings: Findings) -> None:
    """Adds to the findings; within the caller's snapshot."""
    ((checked,),) = rows_of(sql.COUNT_GIFTS)
    ((in_flight,),) = rows_of(sql.COUNT_IN_FLIGHT)
    findings.checked += checked
    findings.in_flight += in_flight
    for name, statement in _COMPARISONS.items():
        for gift_id, detail in rows_of(statement):
            findings.differs(name, gift_id, detail)
