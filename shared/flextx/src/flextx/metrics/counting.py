"""Counting what happens and leaves no row of its own."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connections
from prometheus_client.core import CounterMetricFamily, Metric

from flextx.metrics.registry import register, rows
from flextx.workers.current import worker_name

_ADD = """
INSERT INTO flextx_metrics_count (name, what, worker, total) VALUES (%(name)s, %(what)s, %(worker)s, %(amount)s)
ON CONFLICT (name, what, worker) DO UPDATE SET total = flextx_metrics_count.total + EXCLUDED.total
"""
_TOTALS = "SELECT name, what, sum(total) FROM flextx_metrics_count GROUP BY name, what"

_counters: list[Counter] = []


class Counter:
    """One counter, kept in the database. `kinds`: the values of its label `what`, each there from the start."""

    def __init__(self, name: str, meaning: str, *, kinds: tuple[str, ...]) -> None:
        self.name, self.meaning, self.kinds = name, meaning, kinds
        _counters.append(self)

    def add(self, amount: int, what: str, *, using: str = "default") -> None:
        """In the caller's transaction, if there is one: what is rolled back is not counted. Nothing is no statement."""
        if amount:
            counted: dict[str, str | int] = {"name": self.name, "what": what, "worker": worker_name(), "amount": amount}
            with connections[using].cursor() as cursor:
                cursor.execute(_ADD, counted)


DUPLICATES_ABSORBED = Counter(
    "flextx_duplicates_absorbed",
    "What came again and changed nothing: records of the log, commands, replies.",
    kinds=("record", "command", "reply"),
)
FENCE_MISSES = Counter(
    "flextx_fence_misses",
    "Work that was thrown away because somebody else had taken over meanwhile.",
    kinds=("outbox_mark", "inbox_position", "log_lease", "job"),
)


RESENT = Counter("flextx_outbox_resent", "Messages in the log that were told to go out again.", kinds=("message",))

REPLAYED = Counter(
    "flextx_idempotent_replays", "Requests that were answered by the answer their key had before.", kinds=("request",)
)


@register
def counters() -> Iterator[Metric]:
    stored = {(name, what): int(total) for name, what, total in rows(_TOTALS)}
    for counter in _counters:
        family = CounterMetricFamily(counter.name, counter.meaning, labels=("what",))
        for what in counter.kinds:
            family.add_metric((what,), stored.get((counter.name, what), 0))
        yield family
