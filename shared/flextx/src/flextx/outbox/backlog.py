"""While the log takes nothing, new business is not taken on either: it could not be finished, and the table grows."""

from __future__ import annotations

import time
from typing import ClassVar

from flextx.conf import flextx_settings
from flextx.errors import Refusal
from flextx.outbox.models import OutboxMessage

FRESH_SECONDS = 1.0


class BacklogFull(Refusal):
    """More is waiting to be sent on than this system takes: nothing was done, send the request again later."""

    status: ClassVar = 503
    code: ClassVar = "backlog_full"
    retry_after_seconds: ClassVar = 5


def check_backlog() -> None:
    """For whatever begins something new; never for what others have begun, such as a callback.

    Asked of the database once a second at most, and never for a count above the limit. Raises BacklogFull.
    """
    if _BACKLOG.is_full():
        raise BacklogFull()


class _Backlog:
    """What this process saw last. The clock is the process's own: it only says how old that is."""

    def __init__(self) -> None:
        self._full = False
        self._seen_at = float("-inf")

    def is_full(self) -> bool:
        if time.monotonic() - self._seen_at > FRESH_SECONDS:
            limit = flextx_settings().outbox_backlog_max
            # What somebody had sent again is no sign that the log takes nothing.
            unsent = OutboxMessage.objects.filter(state=OutboxMessage.State.PENDING, resent=0)
            self._full = unsent[: limit + 1].count() > limit
            self._seen_at = time.monotonic()
        return self._full


_BACKLOG = _Backlog()
