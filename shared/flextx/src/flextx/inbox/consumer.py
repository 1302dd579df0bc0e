"""The consumer: reads batches from the log and has each processed once.

poll -> process (one transaction) -> tell the log how far we are. Dying anywhere reads again from the position row.
"""

from __future__ import annotations

import logging
import time
from functools import partial
from threading import Event as StopSignal
from uuid import uuid4

from django.db import connection

from flextx.backoff import backoff_seconds
from flextx.conf import flextx_settings
from flextx.crash_points import crash_point, register, register_pair
from flextx.errors import StaleLease
from flextx.inbox.deaths import forget_notes, process_noted
from flextx.inbox.diversion import retry_due_key
from flextx.inbox.position import start_position
from flextx.inbox.registry import handled_topics
from flextx.logs import some
from flextx.metrics.counting import FENCE_MISSES
from flextx.outages import RETRY_ALL
from flextx.transports.protocol import Batch, Consumer, Transport
from flextx.workers.heartbeat import Heart

logger = logging.getLogger(__name__)
_AFTER_POLL = register("consumer.poll.after", "a batch was read, nothing is stored yet")
_BEFORE_COMMIT, _AFTER_COMMIT = register_pair("consumer.offset_commit", "the log is told how far this group is")
_POLL_SECONDS = 1.0
_RETRY_LOOK_SECONDS = 0.5
_RETRIED_KEYS_MAX = 100


class EventConsumer:
    """One consumer process. `name` is unique among those alive; a restart under the same name resumes at once."""

    def __init__(self, *, name: str, transport: Transport) -> None:
        self._name = name
        self._member = f"{name}/{uuid4().hex[:12]}"  # whoever had this name before is dead
        self._group = flextx_settings().source
        self._transport = transport
        self._heart = Heart(name=name, kind="consumer")
        self._consumer: Consumer | None = None
        self._log_id = ""
        self._outages = 0
        self._looked_for_retries_at = float("-inf")

    def run(self, stop: StopSignal) -> None:
        """Consume until `stop`. Raises LogChanged and OffsetOutOfRange: going on would skip or double money."""
        self._heart.start()
        while not stop.is_set():
            try:
                self._heart.beat()
                self._step(stop)
            except RETRY_ALL as outage:
                self._wait_out(outage, stop)
        self._heart.stop()
        self._leave()

    def _step(self, stop: StopSignal) -> None:
        consumer = self._open()
        for batch in consumer.poll(timeout_seconds=_POLL_SECONDS):
            if stop.is_set():
                return  # what was not started is not committed
            crash_point(_AFTER_POLL)
            self._process(consumer, batch)
        self._retry_diverted()
        self._outages = 0

    def _process(self, consumer: Consumer, batch: Batch) -> None:
        next_offset = process_noted(batch, consumer=self._group, log_id=self._log_id, member=self._member)
        if next_offset != batch.next_offset:
            logger.warning("position of %s/%s was moved: reading on from %s", batch.topic, batch.partition, next_offset)
            consumer.seek(batch.topic, batch.partition, next_offset)
            return
        logger.info(
            "records handled",
            extra={
                "topic": batch.topic,
                "partition": batch.partition,
                "from_offset": batch.asked_from,
                "next_offset": next_offset,
                "keys": some(record.key for record in batch.records),
            },
        )
        crash_point(_BEFORE_COMMIT)
        try:
            consumer.commit(batch.topic, batch.partition, next_offset)
        except StaleLease:
            logger.info("%s/%s was taken over; its position row already says so", batch.topic, batch.partition)
            FENCE_MISSES.add(1, "log_lease")
        crash_point(_AFTER_COMMIT)

    def _retry_diverted(self) -> None:
        if time.monotonic() - self._looked_for_retries_at < _RETRY_LOOK_SECONDS:
            return
        for _ in range(_RETRIED_KEYS_MAX):
            if not retry_due_key(self._group, self._member):
                break
        self._looked_for_retries_at = time.monotonic()

    def _open(self) -> Consumer:
        if self._consumer is None:
            forget_notes(self._group, self._member)
            self._log_id = self._transport.log_id()
            self._consumer = self._transport.consumer(
                group=self._group,
                member=self._name,
                topics=handled_topics(),
                start=partial(start_position, self._group, self._log_id),
            )
        return self._consumer

    def _wait_out(self, outage: Exception, stop: StopSignal) -> None:
        """Start over from the stored positions once log and database answer again."""
        self._heart.turn()
        self._outages += 1
        wait_seconds = backoff_seconds(
            self._outages, first_seconds=0.1, seconds_max=flextx_settings().outage_backoff_seconds_max
        )
        logger.warning("outage %s, next try in %.1f s: %s", self._outages, wait_seconds, outage)
        connection.close()
        self._leave()
        stop.wait(wait_seconds)

    def _leave(self) -> None:
        """The note goes before the leases: whoever takes over must not find it and count a death."""
        try:
            forget_notes(self._group, self._member)
        except RETRY_ALL as away:
            logger.warning("what was under way may count as a death: %s", away)
            connection.close()
        self._close()

    def _close(self) -> None:
        if self._consumer is not None:
            try:
                self._consumer.close()
            except RETRY_ALL as away:
                logger.warning("leases stay until they expire: %s", away)
            self._consumer = None
