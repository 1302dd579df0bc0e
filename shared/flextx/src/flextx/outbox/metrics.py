"""The outbox in figures. Sent rows are never counted: both questions are answered by the indexes of unsent ones."""

from collections.abc import Iterator

from prometheus_client.core import Metric

from flextx.conf import flextx_settings
from flextx.metrics.registry import Values, gauge, register, rows

DEPTH_MAX = 100_000  # more than this is not counted further: a scrape stays quick in an outage too

# What goes out again waits since it was told to.
_PENDING = """
SELECT topic, count(*), greatest(extract(epoch FROM clock_timestamp() - min(since)), 0)
FROM (SELECT topic, CASE WHEN resent > 0 THEN due_at ELSE occurred_at END AS since
    FROM flextx_outbox_outboxmessage WHERE state = 'pending' ORDER BY id LIMIT %(limit)s) m
GROUP BY topic
"""
_PARKED = """
SELECT topic, count(*) FROM (SELECT topic FROM flextx_outbox_outboxmessage
    WHERE state <> 'sent' AND state = 'parked' LIMIT %(limit)s) m
GROUP BY topic
"""


@register
def outbox() -> Iterator[Metric]:
    pending = rows(_PENDING, {"limit": DEPTH_MAX})
    parked = rows(_PARKED, {"limit": DEPTH_MAX})
    topics = flextx_settings().physical_topics
    depth: Values = {(topic, state): 0.0 for topic in topics for state in ("pending", "parked")}
    depth |= {(topic, "pending"): count for topic, count, _ in pending}
    depth |= {(topic, "parked"): count for topic, count in parked}
    ages: Values = {(topic,): 0.0 for topic in topics} | {(topic,): float(age) for topic, _, age in pending}
    yield gauge(
        "flextx_outbox_messages", "Messages not in the log yet, at most 100000 a state.", ("topic", "state"), depth
    )
    yield gauge(
        "flextx_outbox_oldest_unsent_age_seconds", "Age of the oldest message that waits to be sent.", ("topic",), ages
    )
