"""A wave: the heads of keys a relay takes up together, and what became of them, both under the relay's leases."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections

from flextx.conf import flextx_settings
from flextx.envelope import Envelope
from flextx.leases import Epochs, LeaseBook
from flextx.metrics.counting import FENCE_MISSES
from flextx.outbox import sql
from flextx.transactions import CommitPoints
from flextx.transports.protocol import Delivered, OutgoingRecord, Refused, SendResult

_CLAIM, _MARK, _GIVE_BACK = (CommitPoints(f"relay.{name}") for name in ("claim", "mark", "give_back"))


@dataclass(frozen=True, slots=True)
class WaitingMessage:
    """A claimed outbox row, in the order of NEXT_HEADS' columns."""

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


class Waves:
    """What one relay takes up from one database's outbox, and writes back, as long as it holds the buckets."""

    def __init__(self, book: LeaseBook, using: str) -> None:
        self._book, self._using = book, using

    def claim(self, epochs: Epochs) -> list[WaitingMessage]:
        """The next heads of keys in the buckets still held, noted down as under way.

        When nothing else is due, a message at its cap of deaths goes alone: it may only have been near a killer.
        """
        conf = flextx_settings()
        deaths_max = conf.relay_policy.tries_max
        with _CLAIM.atomic(self._using):
            buckets = self._held(epochs)
            wave = self._heads(buckets, range(deaths_max), conf.relay_wave_max)
            if not wave:
                self._execute(sql.PARK_KILLERS, buckets=buckets, deaths_max=deaths_max)
                wave = self._heads(buckets, range(deaths_max, deaths_max + 1), 1)
            if wave:
                noted = json.dumps([message.id for message in wave])
                self._execute(sql.NOTE_WAVE, member=self._book.member, message_ids=noted)
        return wave

    def mark(self, epochs: Epochs, wave: list[WaitingMessage], results: list[SendResult]) -> int:
        """Write back what the log answered, where nobody took over since; the answer is how many were too late."""
        with _MARK.atomic(self._using):
            held = set(self._held(epochs))
            answered = [pair for pair in zip(wave, results, strict=True) if pair[0].bucket in held]
            self._mark_sent([(message.id, where) for message, where in answered if isinstance(where, Delivered)])
            for message, result in answered:
                if isinstance(result, Refused):
                    self._mark_refused(message, result.error)
            self._forget()
            FENCE_MISSES.add(len(wave) - len(answered), "outbox_mark", using=self._using)
        return len(wave) - len(answered)

    def give_back(self) -> None:
        """The log was away: nothing is under way any more and nothing is counted."""
        with _GIVE_BACK.atomic(self._using):
            self._forget()

    def count_deaths(self, *, just_started: bool) -> None:
        """Count what was under way in relays that are gone, this one's predecessor among them."""
        self._execute(sql.COUNT_DEATHS, member=self._book.member, just_started=just_started)

    def has_work(self, epochs: Epochs) -> bool:
        """Is anything due? One cheap query, for a relay that sleeps."""
        return bool(self._execute(sql.HAS_WORK, buckets=[int(bucket) for bucket in epochs])[0][0])

    def _held(self, epochs: Epochs) -> list[int]:
        with connections[self._using].cursor() as cursor:
            return [int(bucket) for bucket in self._book.still_held(cursor, epochs)]

    def _heads(self, buckets: list[int], deaths: range, limit: int) -> list[WaitingMessage]:
        bounds = {"deaths_from": deaths.start, "deaths_below": deaths.stop, "limit": limit}
        return [WaitingMessage(*row) for row in self._execute(sql.NEXT_HEADS, buckets=buckets, **bounds)]

    def _mark_sent(self, delivered: list[tuple[int, Delivered]]) -> None:
        if delivered:
            self._execute(
                sql.MARK_SENT,
                member=self._book.member,
                ids=[message_id for message_id, _ in delivered],
                partitions=[where.partition for _, where in delivered],
                offsets=[where.offset for _, where in delivered],
            )

    def _mark_refused(self, message: WaitingMessage, error: str) -> None:
        policy = flextx_settings().relay_policy
        limits = {"wait_seconds": policy.wait_seconds(message.failures + 1), "attempts_max": policy.tries_max}
        self._execute(sql.MARK_REFUSED, id=message.id, error=error, **limits)

    def _forget(self) -> None:
        self._execute(sql.FORGET_WAVE, member=self._book.member)

    def _execute(self, statement: str, **params: Any) -> list[Any]:
        with connections[self._using].cursor() as cursor:
            cursor.execute(statement, params)
            return cursor.fetchall() if cursor.description else []
