"""The log's own connection: apart from the service's, or a crash between the two would prove nothing about Kafka."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from flextx.conf import FlextxSettings
from flextx.errors import TransportUnavailable

# A frozen process must not keep a partition's head locked: the server ends its session.
_SESSION = "-c idle_in_transaction_session_timeout=5000 -c lock_timeout=5000 -c timezone=UTC"
# InternalError: what a session learns that the server ended because it stood still inside a transaction.
_OUTAGES = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError)


class LogConnection:
    """Connects when first used and again after an outage."""

    def __init__(self, conf: FlextxSettings) -> None:
        self._conf = conf
        self._open: psycopg.Connection[Any] | None = None

    @property
    def raw(self) -> psycopg.Connection[Any]:
        if self._open is None or self._open.closed:
            self._open = psycopg.connect(
                self._conf.log_database_url,
                password=self._conf.log_database_password or None,
                autocommit=True,
                connect_timeout=3,
                options=_SESSION,
                tcp_user_timeout=int(self._conf.delivery_timeout_seconds * 1000),
            )
        return self._open

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Cursor[Any]]:
        """One transaction. Whatever breaks the connection is an outage: TransportUnavailable."""
        with self.outages_named(), self.raw.transaction(), self.raw.cursor() as cursor:
            yield cursor

    @contextmanager
    def outages_named(self) -> Iterator[None]:
        try:
            yield
        except _OUTAGES as outage:
            self.close()
            raise TransportUnavailable(f"the embedded log's database: {outage}") from outage

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None
