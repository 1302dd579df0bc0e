"""A client that says nothing is believed for some seconds only: then the broker is asked whether there is nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from kafka import TopicPartition

from flextx.errors import TransportUnavailable

# Joining a group of known members takes tenths of a second here, and some seconds while all of them start.
_JOINING_SECONDS_MAX = 15.0
# Two looks so far apart that saw a partition stand still before its end: the client has stopped reading it.
_LOOK_SECONDS = 5.0


class Silence:
    """Raises TransportUnavailable for a client that neither joins nor reads, so that the consumer builds a new one.

    A client that lost its way looks like an idle log: kafka-python 3.0.12 could forget a rebalance that way (see
    `on_partitions_revoked`), and no money may wait on there being no other such way. `ends`: where partitions end now.
    """

    def __init__(self, ends: Callable[[Iterable[TopicPartition]], Mapping[TopicPartition, int]]) -> None:
        self._ends = ends
        self._behind: dict[TopicPartition, int] = {}
        self._joined_or_built_at = self._looked_at = time.monotonic()

    def after_poll(self, heard: bool, *, joined: bool, standing: Mapping[TopicPartition, int]) -> None:
        """`standing`: the next offset of each partition that is read."""
        now = time.monotonic()
        if joined:
            self._joined_or_built_at = now
        elif now - self._joined_or_built_at > _JOINING_SECONDS_MAX:
            raise TransportUnavailable(f"Kafka: not a member of the group after {_JOINING_SECONDS_MAX:.0f} s")
        if heard:
            self._behind, self._looked_at = {}, now
        elif now - self._looked_at > _LOOK_SECONDS:
            self._look(standing)
            self._looked_at = time.monotonic()

    def _look(self, standing: Mapping[TopicPartition, int]) -> None:
        ends = self._ends(standing)
        behind = {place: at for place, at in standing.items() if at < ends.get(place, at)}
        still = sorted(set(behind.items()) & set(self._behind.items()))
        self._behind = behind
        if still:
            (topic, partition), at = still[0]
            raise TransportUnavailable(f"Kafka: {topic}/{partition} stands at {at} though the log goes on")
