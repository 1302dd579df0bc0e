"""What is remembered of each sending of a callback."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from .conf import channel_settings
from .models import Callback

LAST_ERROR_LENGTH_MAX = 500


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one sending of a callback ended; no error: the merchant acknowledged it."""

    callback: Callback
    error: str | None


@transaction.atomic
def record_attempts(attempts: list[Attempt]) -> int:
    """Store how sendings ended and when they are due again. Returns how many callbacks were given up."""
    return sum(_record(attempt, timezone.now()) for attempt in attempts)


def _record(attempt: Attempt, now: datetime) -> bool:
    row = Callback.objects.filter(pk=attempt.callback.pk, next_at__isnull=False)
    row.update(attempts=F("attempts") + 1)
    if attempt.error is None:
        row.update(acknowledged_at=now, next_at=None)
        return False
    error = attempt.error[:LAST_ERROR_LENGTH_MAX]
    delay = channel_settings().staircase.delay_after(attempt.callback.attempts + 1)
    if delay is None:
        return bool(row.update(last_error=error, given_up_at=now, next_at=None))
    row.update(last_error=error, next_at=now + timedelta(seconds=delay))
    return False
