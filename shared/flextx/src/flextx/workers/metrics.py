"""Who works, and when each was last heard of."""

from collections.abc import Iterator

from prometheus_client.core import Metric

from flextx.metrics.registry import Values, gauge, register, rows

# A name that is not used any more leaves its row; those heard of last come first.
_BEATS = """
SELECT name, kind, extract(epoch FROM clock_timestamp() - beat_at), extract(epoch FROM started_at)
FROM flextx_workers_heartbeat ORDER BY beat_at DESC LIMIT 200
"""


@register
def heartbeats() -> Iterator[Metric]:
    beats = rows(_BEATS)
    ages: Values = {(name, kind): float(age) for name, kind, age, _ in beats}
    starts: Values = {(name, kind): float(started) for name, kind, _, started in beats}
    yield gauge("flextx_worker_heartbeat_age_seconds", "Since a worker was last heard of.", ("worker", "kind"), ages)
    yield gauge("flextx_worker_start_time_seconds", "When a worker started, Unix time.", ("worker", "kind"), starts)
