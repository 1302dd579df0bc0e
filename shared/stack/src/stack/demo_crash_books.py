"""The databases of a running system, and of the channel beside it, as an auditor reads them: nothing is changed."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row, tuple_row

from stack import demo_crash_sql as sql
from stack.layout import System

CONNECT_SECONDS_MAX = 10


class Books:
    def __init__(self, system: System) -> None:
        self._system = system

    def rows(self, service: str, statement: str, given: Mapping[str, Any] | None = None) -> list[Any]:
        with self._connection(service) as connection:
            return connection.cursor(row_factory=tuple_row).execute(statement, given).fetchall()

    def named(self, service: str, statement: str, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """One row, by the names of its columns."""
        with self._connection(service) as connection:
            (row,) = connection.cursor(row_factory=dict_row).execute(statement, given).fetchall()
            return row

    def channel(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(self._channel()) as connection:
            return connection.execute(statement).fetchall()

    def unfinished(self) -> dict[str, int]:
        """What is not at its end yet, by name; empty when everything is at rest."""
        counts = self.named("order", sql.ORDER_UNFINISHED) | self.named("account", sql.ACCOUNT_UNFINISHED)
        with closing(self._channel()) as connection:
            cursor = connection.execute(sql.CHANNEL_UNFINISHED)
            counts |= dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))
        return {name: count for name, count in counts.items() if count}

    def parked(self) -> list[str]:
        """What waits for a person, in words."""
        found = [*self.rows("order", sql.ORDER_PARKED), *self.rows("order", sql.PARKED)]
        return [text for (text,) in (*found, *self.rows("account", sql.PARKED))]

    def in_flight(self) -> int:
        ((orders,),) = self.rows("order", sql.ORDER_IN_FLIGHT)
        ((accounts,),) = self.rows("account", sql.ACCOUNT_IN_FLIGHT)
        return int(orders + accounts)

    def duplicates(self, since: datetime) -> dict[str, int]:
        """What came more than once and changed nothing, by name; records and callbacks from the very beginning."""
        counted = {
            "callbacks": self.channel(sql.REPEATED_CALLBACKS),
            "records in the log": [*self.rows("order", sql.SENT_TWICE), *self.rows("account", sql.SENT_TWICE)],
            "commands": self.rows("account", sql.REPEATED_COMMANDS, {"since": since}),
            "replies": self.rows("order", sql.LATE_REPLIES, {"since": since}),
        }
        return {name: sum(int(count) for (count,) in rows) for name, rows in counted.items()}

    def _connection(self, service: str) -> psycopg.Connection[Any]:
        database = f"{service}_service"
        password = self._system.layout.secret(f"{database}-database-password")
        url = self._system.database_url(database, password=password)
        return psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS_MAX)

    def _channel(self) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{Path(self._system.run_dir) / 'channel.sqlite3'}?mode=ro", uri=True)
