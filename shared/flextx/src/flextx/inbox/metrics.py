"""The inbox in figures: how far behind the log, and what went aside."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, Metric

from flextx.conf import flextx_settings
from flextx.inbox.registry import handled_topics
from flextx.metrics.log_ends import LOG_SILENT_SECONDS
from flextx.metrics.registry import Values, gauge, register, rows

_LAG = """
SELECT e.topic, e.partition, greatest(e.end_offset - coalesce(p.next_offset, 0), 0)
FROM flextx_metrics_logend e LEFT JOIN flextx_inbox_inboxposition p
    ON p.topic = e.topic AND p.partition = e.partition AND p.consumer = %(consumer)s
WHERE e.topic = ANY(%(topics)s) AND e.seen_at > clock_timestamp() - make_interval(secs => %(silent_seconds)s)
LIMIT 10000
"""
_ASIDE = """
SELECT state, count(*) FROM (SELECT state FROM flextx_inbox_divertedrecord
    WHERE NOT (state = 'handled') AND state IN ('waiting', 'parked') LIMIT 100000) d
GROUP BY state
"""
_SKIPPED = "SELECT event_type, sum(skipped) FROM flextx_inbox_skippedtype GROUP BY event_type ORDER BY 1 LIMIT 100"


@register
def lag() -> Iterator[Metric]:
    """Without a fresh end of the log there is no lag to tell, and it is said why."""
    known = {"topics": handled_topics(), "consumer": flextx_settings().source, "silent_seconds": LOG_SILENT_SECONDS}
    behind: Values = {(topic, str(partition)): records for topic, partition, records in rows(_LAG, known)}
    yield gauge("flextx_log_up", "1 while the message log answers the relays, else 0.", (), {(): float(bool(behind))})
    meaning = "Records in the log that this service has not dealt with; absent while the log is away."
    yield gauge("flextx_consumer_lag_records", meaning, ("topic", "partition"), behind)


@register
def aside() -> Iterator[Metric]:
    counts: Values = {("waiting",): 0.0, ("parked",): 0.0}
    counts |= {(state,): count for state, count in rows(_ASIDE)}
    meaning = "Records that could not be handled: tried again (waiting) or waiting for a person (parked)."
    yield gauge("flextx_inbox_diverted_records", meaning, ("state",), counts)


@register
def skipped() -> Iterator[Metric]:
    family = CounterMetricFamily("flextx_skipped_records", "Records of a type nobody here handles.", labels=("type",))
    for event_type, total in rows(_SKIPPED):
        family.add_metric((event_type,), int(total))
    yield family
