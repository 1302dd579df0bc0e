"""Where the log ends, noted down beside the positions, so that a reader of figures never asks the log itself.

A web process must not wait for a log that is away. So the relays ask, each in a thread of its own, every few seconds;
when no answer was noted for LOG_SILENT_SECONDS the log counts as away.
"""

from __future__ import annotations

import logging
import threading

from django.db import connection

from flextx.conf import flextx_settings
from flextx.outages import RETRY_ALL
from flextx.transports.protocol import Transport

logger = logging.getLogger(__name__)
LOG_SILENT_SECONDS = 15
_ASK_EVERY_SECONDS = 5.0

_NOTE = """
INSERT INTO flextx_metrics_logend (topic, partition, end_offset)
SELECT * FROM unnest(%(topics)s::text[], %(partitions)s::int[], %(ends)s::bigint[])
ON CONFLICT (topic, partition) DO UPDATE SET end_offset = EXCLUDED.end_offset, seen_at = clock_timestamp()
"""


def watch_log(transport: Transport, stop: threading.Event) -> None:
    """Keep the noted ends fresh until `stop`, beside whatever else this process does."""
    threading.Thread(target=_watch, args=(transport, stop), name="log-ends", daemon=True).start()


def note_log_ends(transport: Transport) -> None:
    """Ask once and note it. Raises what RETRY_ALL names."""
    ends = sorted(transport.end_offsets(flextx_settings().physical_topics).items())  # one order: no deadlock
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE,
            {
                "topics": [topic for (topic, _), _ in ends],
                "partitions": [partition for (_, partition), _ in ends],
                "ends": [end for _, end in ends],
            },
        )


def _watch(transport: Transport, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            note_log_ends(transport)
        except RETRY_ALL as away:
            logger.debug("the log's ends are not known: %s", away)  # the relay itself says that it waits
            connection.close()
        except Exception:  # figures may be missing for a while, but this thread goes on
            logger.warning("the log's ends are not known", exc_info=True)
            connection.close()
        stop.wait(_ASK_EVERY_SECONDS)
    connection.close()
