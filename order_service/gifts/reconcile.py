"""Do gifts, their runs and the rooms' feeds tell the same story?"""

from flextx.reconciliation import Findings, rows_of
from order_service.gifts import sql

_COMPARISONS = {
    "gift_differs_from_run": sql.STATUS_DIFFERS_FROM_RUN,
    "shown_and_not_paid": sql.SHOWN_AND_NOT_PAID,
    "paid_and_not_shown": sql.PAID_AND_NOT_SHOWN,
    "retracted_and_not_undone": sql.RETRACTED_AND_NOT_UNDONE,
    "shown_without_gift": sql.SHOWN_WITHOUT_GIFT,
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
