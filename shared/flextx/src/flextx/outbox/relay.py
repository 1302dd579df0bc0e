"""The relay: takes committed outbox rows to the message log, in order per key, at least once.

claim (one transaction) -> send (no transaction) -> mark (one transaction, only for buckets still held).
A crash in between sends twice, never zero times; the inbox absorbs it.
"""

from __future__ import annotations

import logging
import time
from threading import Event as StopSignal

from django.db import Error as DatabaseError
from django.db import close_old_connections, connections

from flextx.backoff import backoff_seconds
from flextx.conf import flextx_settings
from flextx.crash_points import crash_point, register_pair
from flextx.errors import TransportUnavailable
from flextx.leases import Epochs, LeaseBook
from flextx.logs import some
from flextx.outbox import wakeup
from flextx.outbox.waves import WaitingMessage, Waves
from flextx.transactions import CommitPoints
from flextx.transports.protocol import Producer, SendResult, Transport, Unknown
from flextx.workers.heartbeat import Heart

logger = logging.getLogger(__name__)
_BEFORE_SEND, _AFTER_SEND = register_pair("relay.send", "a wave is sent to the log")
_HOLD_SHARE, _LEAVE = CommitPoints("relay.hold_share"), CommitPoints("relay.leave")


class Relay:
    """One relay process for one database's outbox.

    `name` is unique among those alive; a restart under the same name takes its buckets back at once.
    """

    def __init__(self, *, name: str, transport: Transport, using: str = "default") -> None:
        conf = flextx_settings()
        self._transport = transport
        self._producer: Producer | None = None
        self._buckets = [str(bucket) for bucket in range(conf.relay_buckets)]
        self._book = LeaseBook("flextx_outbox", "outbox", name, conf.relay_lease_seconds)
        self._using = using
        self._waves = Waves(self._book, using)
        self._heart = Heart(name=name, kind="relay", using=using)
        self._sleeper = wakeup.Sleeper(using)
        self._epochs: Epochs = {}
        self._renewed_at = float("-inf")
        self._just_started = True
        self._outages = 0

    def run(self, stop: StopSignal, *, once: bool = False) -> None:
        """Send until `stop`; with `once` until nothing is due. An outage of log or database is waited out."""
        self._heart.start()
        while not stop.is_set():
            try:
                self._heart.beat()
                worked = self._step()
                self._outages = 0
                if worked == 0 and once:
                    break
                if worked == 0:
                    self._sleep(stop)
            except (TransportUnavailable, DatabaseError) as outage:
                self._wait_out(outage, stop)
        self._leave()

    def _step(self) -> int:
        """One wave; the answer is its size."""
        self._renew_leases()
        wave = self._waves.claim(self._epochs)
        if wave:
            self._send(wave)
        return len(wave)

    def _send(self, wave: list[WaitingMessage]) -> None:
        try:
            crash_point(_BEFORE_SEND)
            self._renew_leases_that_end_before_the_answer()
            results = self._open_producer().send([message.record() for message in wave])
            crash_point(_AFTER_SEND)
        except TransportUnavailable:
            self._close_producer()
            self._waves.give_back()
            raise
        self._mark(wave, results)

    def _mark(self, wave: list[WaitingMessage], results: list[SendResult]) -> None:
        unanswered = [result.error for result in results if isinstance(result, Unknown)]
        if unanswered:
            self._close_producer()  # before anybody may send these again
        late = self._waves.mark(self._epochs, wave, results)
        logger.info("messages sent", extra={"messages": len(wave), "keys": some(message.key for message in wave)})
        if late:
            logger.warning("%s of %s sent records were in buckets taken over meanwhile: sent twice", late, len(wave))
        if unanswered:
            raise TransportUnavailable(f"{len(unanswered)} records unanswered: {unanswered[0]}")

    def _renew_leases(self) -> None:
        conf = flextx_settings()
        if time.monotonic() - self._renewed_at > conf.relay_lease_seconds / 3:
            self._hold_share()

    def _renew_leases_that_end_before_the_answer(self) -> None:
        """After a freeze between claim and send the wave may be somebody else's: then it is not sent here."""
        conf = flextx_settings()
        if time.monotonic() - self._renewed_at > conf.relay_lease_seconds - conf.delivery_timeout_seconds:
            raise TransportUnavailable("this relay stood still for longer than its lease allows; it starts over")

    def _hold_share(self) -> None:
        asked_at = time.monotonic()
        with _HOLD_SHARE.atomic(self._using), connections[self._using].cursor() as cursor:
            if self._just_started:
                self._book.add_resources(cursor, self._buckets)
            self._epochs = self._book.hold_share(cursor, self._buckets, just_started=self._just_started)
            self._waves.count_deaths(just_started=self._just_started)
        self._renewed_at, self._just_started = asked_at, False

    def _sleep(self, stop: StopSignal) -> None:
        """Until there is work. Says so first, then looks once more, so that no commit falls in between."""
        idle_seconds = flextx_settings().idle_poll_seconds
        self._sleeper.listen()
        wakeup.mark_sleeping(self._book, self._using, sleeping=True)
        while not stop.is_set() and not self._waves.has_work(self._epochs):
            self._sleeper.wait(idle_seconds)
            self._heart.beat()
            if time.monotonic() - self._renewed_at > flextx_settings().relay_lease_seconds / 2:
                self._hold_share()
        wakeup.mark_sleeping(self._book, self._using, sleeping=False)

    def _wait_out(self, outage: Exception, stop: StopSignal) -> None:
        self._heart.turn()
        self._outages += 1
        wait_seconds = backoff_seconds(
            self._outages, first_seconds=0.1, seconds_max=flextx_settings().outage_backoff_seconds_max
        )
        logger.warning("outage %s, next try in %.1f s: %s", self._outages, wait_seconds, outage)
        connections[self._using].close()
        self._renewed_at = float("-inf")
        stop.wait(wait_seconds)

    def _open_producer(self) -> Producer:
        if self._producer is None:
            self._producer = self._transport.producer()
        return self._producer

    def _close_producer(self) -> None:
        if self._producer is not None:
            self._producer.close()
            self._producer = None

    def _leave(self) -> None:
        self._heart.stop()
        self._close_producer()
        close_old_connections()
        try:
            with _LEAVE.atomic(self._using), connections[self._using].cursor() as cursor:
                self._waves.give_back()
                self._book.leave(cursor)
        except DatabaseError as away:
            logger.warning("leases stay until they expire: %s", away)
