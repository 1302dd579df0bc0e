"""Orders in figures: those that nobody settled or credited in time, and what a person has to look at."""

from collections.abc import Iterator

from prometheus_client.core import Metric

from flextx.metrics.registry import Values, gauge, register, rows

OVERDUE_SECONDS = 60  # all of it takes less than a second while everything runs

# Open orders are a small part of all, and an index holds them alone.
_OPEN = """
SELECT count(*) FILTER (WHERE status = 'pending' AND expires_at < at),
    count(*) FILTER (WHERE status = 'completed' AND completed_at < at),
    count(*) FILTER (WHERE settle_due_at < at)
FROM (SELECT status, expires_at, completed_at, settle_due_at,
        clock_timestamp() - make_interval(secs => %(overdue_seconds)s) AS at
    FROM recharge_order WHERE status IN ('pending', 'completed') LIMIT 100000) o
"""
_TO_REFUND = "SELECT count(*) FROM (SELECT FROM recharge_order WHERE status = 'refund_due' LIMIT 10000) o"
_INCIDENTS = "SELECT count(*) FROM (SELECT FROM recharge_incident WHERE resolved_at IS NULL LIMIT 10000) i"


@register
def orders() -> Iterator[Metric]:
    unsettled, uncredited, not_looked_at = rows(_OPEN, {"overdue_seconds": OVERDUE_SECONDS})[0]
    overdue: Values = {
        ("pending_past_expiry",): unsettled,
        ("completed_not_credited",): uncredited,
        ("settler_late",): not_looked_at,
    }
    (to_refund,) = rows(_TO_REFUND)[0]
    (incidents,) = rows(_INCIDENTS)[0]
    yield gauge("orders_overdue", "Orders that should have moved on a minute ago.", ("why",), overdue)
    yield gauge("orders_refund_due", "Orders whose money has to go back to the payer.", (), {(): to_refund})
    yield gauge("incidents_open", "What the channel genuinely said and was refused, unresolved.", (), {(): incidents})
