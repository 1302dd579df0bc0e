"""Jobs in figures: what is due, what is late, what waits for a person."""

from collections.abc import Iterator

from prometheus_client.core import Metric

from flextx.metrics.registry import Values, gauge, register, rows

LATE_SECONDS = 30

_WAITING = """
SELECT count(*), count(*) FILTER (WHERE due_at <= clock_timestamp()),
    count(*) FILTER (WHERE due_at < clock_timestamp() - make_interval(secs => %(late_seconds)s))
FROM (SELECT due_at FROM flextx_recovery_job WHERE state = 'waiting' ORDER BY due_at LIMIT 100000) j
"""
_PARKED = "SELECT count(*) FROM (SELECT FROM flextx_recovery_job WHERE state = 'parked' LIMIT 100000) j"


@register
def jobs() -> Iterator[Metric]:
    waiting, due, late = rows(_WAITING, {"late_seconds": LATE_SECONDS})[0]
    (parked,) = rows(_PARKED)[0]
    counts: Values = {("waiting",): waiting, ("due",): due, ("late",): late, ("parked",): parked}
    meaning = "Jobs that are not done: all that wait, of them those due and those late by 30 s; parked ones."
    yield gauge("flextx_jobs", meaning, ("state",), counts)
