"""Time comes from the database, so that hosts with different clocks agree on every lease and due time."""

from datetime import datetime

from django.db import connections


def database_now(using: str = "default") -> datetime:
    """The database's clock now (aware, UTC); unlike NOW() it does not stand still within a transaction."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row: tuple[datetime] = cursor.fetchone()
    return row[0]
