"""A database connection that does not wait for ever for a server that stands still.

A frozen server still acknowledges on TCP, so no socket option notices it. A caller must get an answer in time all the
same: after ANSWER_SECONDS_MAX the connection is thrown away and the statement's outcome is unknown, like that of any
lost connection. For web processes; a worker can wait.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.abc import RV, PQGen

ANSWER_SECONDS_MAX = 3.0


class DeadlineConnection(psycopg.Connection[Any]):
    """psycopg's connection with a deadline on every exchange. Raises OperationalError when it passes."""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        try:
            return super().wait(gen, interval, ANSWER_SECONDS_MAX if timeout is None else timeout)
        except psycopg.errors._WaitTimeout as silence:
            self.pgconn.finish()  # what the server may still say must not be taken for the next answer
            raise psycopg.OperationalError(f"the database did not answer for {ANSWER_SECONDS_MAX:.0f} s") from silence
