"""The embedded log forgets what is older than its retention and was read by every group that ever read it."""

from __future__ import annotations

from flextx.conf import FlextxSettings
from flextx.transports.embedded.connection import LogConnection

_TOGETHER_MAX = 1_000
_PLACES = "SELECT topic, partition FROM log_partition ORDER BY topic, partition"
# From the oldest on, so that what is left has no gap; a record no group has read yet is not forgotten, however old.
_OLD = """
SELECT topic, partition, record_offset FROM log_record
WHERE topic = %(topic)s AND partition = %(partition)s
  AND appended_at < clock_timestamp() - make_interval(secs => %(seconds)s)
  AND record_offset < (SELECT coalesce(min(next_offset), 0) FROM log_commit
                       WHERE topic = %(topic)s AND partition = %(partition)s)
ORDER BY record_offset LIMIT %(limit)s
"""
_FORGET = f"DELETE FROM log_record WHERE (topic, partition, record_offset) IN ({_OLD})"  # nosec B608 - no input in it
_COUNT = f"SELECT count(*) FROM ({_OLD}) old"  # nosec B608


def prune(connection: LogConnection, conf: FlextxSettings, *, dry_run: bool) -> int:
    """How many records were, or would be, forgotten. Each portion is a transaction of its own."""
    with connection.transaction() as cursor:
        cursor.execute(_PLACES)
        places = cursor.fetchall()
    return sum(_prune_one(connection, conf, topic, partition, dry_run) for topic, partition in places)


def _prune_one(connection: LogConnection, conf: FlextxSettings, topic: str, partition: int, dry_run: bool) -> int:
    params = {"topic": topic, "partition": partition, "seconds": conf.log_retention_seconds}
    if dry_run:
        with connection.transaction() as cursor:
            cursor.execute(_COUNT, params | {"limit": None})
            return int(cursor.fetchall()[0][0])
    forgotten = 0
    while True:
        with connection.transaction() as cursor:
            cursor.execute(_FORGET, params | {"limit": _TOGETHER_MAX})
            portion = cursor.rowcount
        forgotten += portion
        if portion == 0:
            return forgotten
