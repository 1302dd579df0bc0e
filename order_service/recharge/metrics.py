"""Orders in figures: those that nobody settled or credited in time, and what a person has to look at."""

from collections.abc import Iterator

from prometheus_client.core import Metric

from flextx.metrics.registry import Values, gauge, register, rows

UNSETTLED_SECONDS = 60  # behind expires_at: by then the channel was asked to close it, several times
UNCREDITED_SECONDS = 60  # behind completed_at: usually it takes some tens of milliseconds

_UNSETTLED = """
SELECT count(*) FROM (SELECT FROM recharge_order
    WHERE status = 'pending' AND expires_at < clock_timestamp() - make_interval(secs => %(seconds)s) LIMIT 10000) o
"""
_UNCREDITED = """
SELECT count(*) FROM (SELECT FROM recharge_order
    WHERE status = 'completed' AND completed_at < clock_timestamp() - make_interval(secs => %(seconds)s)
    LIMIT 10000) o
"""
_TO_REFUND = "SELECT count(*) FROM (SELECT FROM recharge_order WHERE status = 'refund_due' LIMIT 10000) o"
_INCIDENTS = "SELECT count(*) FROM (SELECT FROM recharge_incident LIMIT 10000) i"


@register
def orders() -> Iterator[Metric]:
    overdue: Values = {
        ("pending_past_expiry",): rows(_UNSETTLED, {"seconds": UNSETTLED_SECONDS})[0][0],
        ("completed_not_credited",): rows(_UNCREDITED, {"seconds": UNCREDITED_SECONDS})[0][0],
    }
    yield gauge("orders_overdue", "Orders that should have moved on a minute ago, at most 10000.", ("why",), overdue)
    yield gauge(
        "orders_refund_due", "Orders whose money has to go back to the payer.", (), {(): rows(_TO_REFUND)[0][0]}
    )
    yield gauge(
        "incidents_open", "Refused genuine callbacks that a person has to look at.", (), {(): rows(_INCIDENTS)[0][0]}
    )
