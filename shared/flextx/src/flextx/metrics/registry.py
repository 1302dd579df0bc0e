"""Where figures come from, and how they are read: all of them, in the format that Prometheus takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django.db import connection
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

Source = Callable[[], Iterable[Metric]]
Values = dict[tuple[str, ...], float]
"""By the labels' values, `()` where there are none."""

_sources: list[Source] = []


def register(source: Source) -> Source:
    """Decorator: ask this function whenever somebody reads the figures.

    Its questions to the database are bounded and served by an index: never a count of what was done, only of what is
    still open. Whatever process is asked, the answer is that of the whole service.
    """
    if source not in _sources:
        _sources.append(source)
    return source


def scrape() -> bytes:
    """Every figure, as Prometheus' text. Raises the database's error when it is away."""
    return generate_latest(_All())


class _All(Collector):
    def collect(self) -> Iterator[Metric]:
        for source in _sources:
            yield from source()


def gauge(name: str, meaning: str, labels: tuple[str, ...], values: Values) -> Metric:
    """One figure. Its unit is the end of its name."""
    family = GaugeMetricFamily(name, meaning, labels=labels)
    for labelled, value in sorted(values.items()):
        family.add_metric(labelled, value)
    return family


def rows(statement: str, params: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """The answer of one query to the service's own database."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params or {})
        answer: list[tuple[Any, ...]] = cursor.fetchall()
        return answer
