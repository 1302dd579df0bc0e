"""A commit wakes a sleeping relay at once, and costs a working one nothing.

NOTIFY in every transaction would serialise all commits. So a relay that runs out of work first says in its member row
that it sleeps, then looks once more, then listens; a publisher reads that row after its commit and notifies only if
somebody sleeps. Whichever of the two is later sees the other. Where LISTEN does not work (PgBouncer in transaction
mode), the relay's own polling carries it.
"""

from __future__ import annotations

from django.db import connections

from flextx.leases import LeaseBook

_CHANNEL = "flextx_outbox"


def wake_sleepers(using: str) -> None:
    """Notify if a relay sleeps. Runs after the commit, outside any transaction."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT pg_notify(%s, '') WHERE EXISTS (SELECT FROM flextx_outbox_member WHERE sleeping)",
            [_CHANNEL],
        )


def mark_sleeping(book: LeaseBook, using: str, *, sleeping: bool) -> None:
    """Say whether this relay wants to be woken."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "UPDATE flextx_outbox_member SET sleeping = %s WHERE scope = %s AND member = %s",
            [sleeping, book.scope, book.member],
        )


class Sleeper:
    """Waits on the relay's own connection, listening again whenever that connection is a new one."""

    def __init__(self, using: str) -> None:
        self._using = using
        self._listening_on: object = None

    def listen(self) -> None:
        """Start to listen; before the last look for work, or a wake-up in between would be missed."""
        connection = connections[self._using]
        connection.ensure_connection()
        if self._listening_on is not connection.connection:
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {_CHANNEL}")
            self._listening_on = connection.connection

    def wait(self, timeout_seconds: float) -> None:
        """Return at a wake-up or after `timeout_seconds`."""
        connection = connections[self._using]
        with connection.wrap_database_errors:  # a connection lost meanwhile is an outage like any other
            for _ in connection.connection.notifies(timeout=timeout_seconds, stop_after=1):
                return
