"""What flextx asks of a message log. Kafka and the embedded log both answer it; nothing above knows which it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from flextx.crash_points import register_pair
from flextx.envelope import Headers
from flextx.errors import OffsetOutOfRange


@dataclass(frozen=True, slots=True)
class OutgoingRecord:
    """What is sent. Records with the same key go to the same partition, in the order of the calls."""

    topic: str
    key: str
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Delivered:
    """The log holds the record, durably, here."""

    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The log said no to this record and would again; others are not to blame."""

    error: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer in time: the record may or may not be in the log."""

    error: str


SendResult = Delivered | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Record:
    """What is read."""

    topic: str
    partition: int
    offset: int
    key: str
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one partition in order of offset. `asked_from`: the position from which they were asked for."""

    topic: str
    partition: int
    asked_from: int
    records: tuple[Record, ...]

    @property
    def next_offset(self) -> int:
        return self.records[-1].offset + 1

    def one_by_one(self) -> Iterator[Batch]:
        """The same records, each a batch of its own."""
        asked_from = self.asked_from
        for record in self.records:
            yield Batch(self.topic, self.partition, asked_from, (record,))
            asked_from = record.offset + 1

    def records_from(self, position: int) -> list[Record]:
        """Those that were not dealt with before."""
        return [record for record in self.records if record.offset >= position]


BEFORE_APPEND, AFTER_APPEND = register_pair("log.append.commit", "the log has a wave it was handed over")

StartPosition = Callable[[str, int, int], int]
"""(topic, partition, the earliest offset the log holds) -> the offset to read first."""


def check_range(topic: str, partition: int, position: int, earliest: int, end: int) -> None:
    """Raises OffsetOutOfRange: records between the stored position and the log are gone, or the log lost its end."""
    if not earliest <= position <= end:
        raise OffsetOutOfRange(
            f"{topic}/{partition} holds {earliest} to {end}, but the stored position is {position}. Find out what was"
            " lost with `make reconcile`, then set the position row by hand"
        )


class Producer(Protocol):
    def send(self, records: Sequence[OutgoingRecord]) -> list[SendResult]:
        """One answer a record, within the delivery timeout. Raises TransportUnavailable: none may count as sent."""

    def close(self) -> None:
        """After this returns nothing handed to `send` is under way any more."""


class Consumer(Protocol):
    def poll(self, *, timeout_seconds: float) -> list[Batch]:
        """Batches of the partitions this member holds; empty after the timeout. Raises TransportUnavailable."""

    def seek(self, topic: str, partition: int, offset: int) -> None:
        """Read on from `offset`."""

    def commit(self, topic: str, partition: int, next_offset: int) -> None:
        """Tell the log how far this group is, for its lag figures only; the truth is the position row."""

    def close(self) -> None:
        """Leave the group, so that others take over at once."""


class Transport(Protocol):
    def log_id(self) -> str:
        """The identity of this log; offsets of another log mean nothing here. Raises TransportUnavailable."""

    def create_topics(self) -> None:
        """Create what is missing; existing topics stay as they are."""

    def end_offsets(self, topics: Sequence[str]) -> dict[tuple[str, int], int]:
        """The next offset of every partition of these topics."""

    def record_at(self, topic: str, partition: int, offset: int) -> Record | None:
        """The record that stands there now; None when the log holds none. Reads beside every group and moves none."""

    def bounds(self, topic: str) -> dict[int, tuple[int, int]]:
        """Each partition's earliest offset and the one its next record will have."""

    def offsets_at(self, topic: str, moment: datetime) -> dict[int, int]:
        """The first offset of each partition that was written at `moment` or later; its end if there is none."""

    def read(self, topic: str, partition: int, start: int, end: int) -> Iterator[Record]:
        """The records from `start` to before `end`. Reads beside every group and moves none."""

    def prune(self, *, dry_run: bool) -> int:
        """Forget what is older than LOG_RETENTION_SECONDS, where the log does not do so by itself; how many it was."""

    def producer(self) -> Producer: ...

    def consumer(self, *, group: str, member: str, topics: Sequence[str], start: StartPosition) -> Consumer: ...
