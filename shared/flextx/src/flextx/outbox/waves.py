"""A wave: the heads of keys a relay takes up together, and what became of them, both under the relay's leases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from flextx.backoff import backoff_seconds
from flextx.conf import flextx_settings
from flextx.envelope import Envelope
from flextx.leases import Epochs, LeaseBook
from flextx.outbox import sql
from flextx.transactions import atomic
from flextx.transports.protocol import Delivered, OutgoingRecord, Refused, SendResult


@dataclass(frozen=True, slots=True)
class WaitingMessage:
    """A claimed outbox row, in the order of CLAIM_HEADS' columns."""

    id: int
    event_id: UUID
    topic: str
    key: str
    sequence: int
    bucket: int
    event_type: str
    event_version: int
    source: str
    occurred_at: datetime
    traceparent: str
    causation_id: UUID | None
    body: bytes
    failures: int

    def record(self) -> OutgoingRecord:
        envelope = Envelope(
            event_id=self.event_id,
            event_type=self.event_type,
            event_version=self.event_version,
            source=self.source,
            occurred_at=self.occurred_at,
            sequence=self.sequence,
            traceparent=self.traceparent,
            causation_id=self.causation_id,
        )
        return OutgoingRecord(self.topic, self.key, envelope.headers(), bytes(self.body))


@atomic("relay.claim")
def claim_wave(book: LeaseBook, epochs: Epochs) -> list[WaitingMessage]:
    """Count an attempt for the next heads of keys in the buckets still held, and return them.

    When nothing else is due, a message at its cap goes alone: it may have been only near a killer, not one.
    """
    conf = flextx_settings()
    buckets = _held_buckets(book, epochs)
    wave = _claim(buckets, attempts_from=0, attempts_below=conf.relay_attempts_max, limit=conf.relay_wave_max)
    if wave:
        return wave
    with connection.cursor() as cursor:
        cursor.execute(sql.PARK_KILLERS, {"buckets": buckets, "attempts_max": conf.relay_attempts_max})
    at_cap = conf.relay_attempts_max
    return _claim(buckets, attempts_from=at_cap, attempts_below=at_cap + 1, limit=1)


@atomic("relay.mark")
def mark_wave(book: LeaseBook, epochs: Epochs, wave: list[WaitingMessage], results: list[SendResult]) -> int:
    """Write back what the log answered, for buckets nobody took over since; the answer is how many were too late."""
    held = set(_held_buckets(book, epochs))
    answered = [(message, result) for message, result in zip(wave, results, strict=True) if message.bucket in held]
    _mark_sent((message.id, result) for message, result in answered if isinstance(result, Delivered))
    for message, result in answered:
        if isinstance(result, Refused):
            _mark_refused(message, result.error)
    unknown = [m.id for m, result in answered if not isinstance(result, Delivered | Refused)]
    if unknown:
        _execute(sql.GIVE_BACK, ids=unknown)
    return len(wave) - len(answered)


@atomic("relay.give_back")
def give_back_wave(book: LeaseBook, epochs: Epochs, wave: list[WaitingMessage]) -> None:
    """The log was away: nothing was sent and no attempt is used up."""
    held = set(_held_buckets(book, epochs))
    _execute(sql.GIVE_BACK, ids=[message.id for message in wave if message.bucket in held])


def has_work(epochs: Epochs) -> bool:
    """Is anything due? One cheap query, for a relay that sleeps."""
    with connection.cursor() as cursor:
        cursor.execute(sql.HAS_WORK, {"buckets": [int(bucket) for bucket in epochs]})
        return bool(cursor.fetchone()[0])


def _held_buckets(book: LeaseBook, epochs: Epochs) -> list[int]:
    with connection.cursor() as cursor:
        return [int(bucket) for bucket in book.still_held(cursor, epochs)]


def _claim(buckets: list[int], *, attempts_from: int, attempts_below: int, limit: int) -> list[WaitingMessage]:
    with connection.cursor() as cursor:
        cursor.execute(
            sql.CLAIM_HEADS,
            {
                "buckets": buckets,
                "attempts_from": attempts_from,
                "attempts_below": attempts_below,
                "limit": limit,
            },
        )
        return sorted((WaitingMessage(*row) for row in cursor.fetchall()), key=lambda message: message.id)


def _mark_sent(delivered: Iterable[tuple[int, Delivered]]) -> None:
    rows = [(message_id, where.partition, where.offset) for message_id, where in delivered]
    if rows:
        ids, partitions, offsets = (list(column) for column in zip(*rows, strict=True))
        _execute(sql.MARK_SENT, ids=ids, partitions=partitions, offsets=offsets)


def _mark_refused(message: WaitingMessage, error: str) -> None:
    conf = flextx_settings()
    wait_seconds = backoff_seconds(
        message.failures + 1, first_seconds=conf.retry_first_seconds, seconds_max=conf.retry_seconds_max
    )
    _execute(
        sql.MARK_REFUSED,
        id=message.id,
        error=error,
        wait_seconds=wait_seconds,
        attempts_max=conf.relay_attempts_max,
    )


def _execute(statement: str, **params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
