"""Runs in figures: what is open, what waits for a person, what nobody took up in time."""

from collections.abc import Iterator

from prometheus_client.core import Metric

from flextx.metrics.registry import Values, gauge, register, rows

OVERDUE_SECONDS = 30  # a living recovery worker takes up within a second what is due

_OPEN = """
SELECT state, count(*) FROM (SELECT state FROM flextx_saga_run
    WHERE state IN ('running', 'waiting', 'undoing') LIMIT 100000) r
GROUP BY state
"""
_PARKED = "SELECT count(*) FROM (SELECT FROM flextx_saga_run WHERE state = 'parked' LIMIT 100000) r"
_OVERDUE = """
SELECT count(*) FROM (SELECT FROM flextx_saga_run WHERE state IN ('running', 'waiting', 'undoing')
    AND next_due_at < clock_timestamp() - make_interval(secs => %(overdue_seconds)s) LIMIT 100000) r
"""


@register
def runs() -> Iterator[Metric]:
    states: Values = {(state,): 0.0 for state in ("running", "waiting", "undoing")}
    states |= {(state,): count for state, count in rows(_OPEN)}
    states["parked",] = rows(_PARKED)[0][0]
    overdue = rows(_OVERDUE, {"overdue_seconds": OVERDUE_SECONDS})[0][0]
    yield gauge("flextx_runs", "Runs that are not at their end; parked ones wait for a person.", ("state",), states)
    yield gauge("flextx_runs_overdue", "Runs due for more than 30 s that nobody took up.", (), {(): overdue})
