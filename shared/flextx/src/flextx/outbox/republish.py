"""Let sent events go out again under the same event ids: whoever had them absorbs them, whoever lost them has them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connections, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from flextx.errors import OutsideTransaction
from flextx.event import Event
from flextx.metrics.counting import RESENT
from flextx.outbox import wakeup
from flextx.outbox.models import OutboxMessage
from flextx.outbox.publish import physical_topic

REPUBLISHED_MAX = 1_000


def republish(event_class: type[Event], *, keys: Collection[str], using: str = "default") -> int:
    """Make the sent events of this class and these keys due again, in the caller's transaction.

    The answer is how many; the rest of at most REPUBLISHED_MAX needs another call. What is unsent, parked or skipped
    stays as it is. Each counts in its `resent`, and its place in the log is kept until it has a new one.
    """
    rows = OutboxMessage.objects.using(using).filter(
        topic=physical_topic(event_class.topic), key__in=list(keys), event_type=event_class.event_type
    )
    return _resend(_lock(rows, using), using)


def republish_sent_between(
    *, topic: str, start: datetime, end: datetime, after_id: int = 0, using: str = "default"
) -> tuple[int, int]:
    """The same for what was last sent to the topic from `start` until before `end`, in portions.

    The answer is how many, and the `after_id` of the next call. `topic` is the log's name for it.
    """
    rows = OutboxMessage.objects.using(using).filter(topic=topic, sent_at__gte=start, sent_at__lt=end, pk__gt=after_id)
    taken = _lock(rows, using)
    return _resend(taken, using), max(taken, default=0)


def _lock(rows: QuerySet[OutboxMessage], using: str) -> list[int]:
    """In order of id, so that two who ask for the same do not deadlock; a relay locks no sent row."""
    if not connections[using].in_atomic_block:
        raise OutsideTransaction("republish() needs an open transaction: call it inside transaction.atomic()")
    sent = rows.filter(state=OutboxMessage.State.SENT).order_by("pk").select_for_update()
    return list(sent.values_list("pk", flat=True)[:REPUBLISHED_MAX])


def _resend(ids: list[int], using: str) -> int:
    again = OutboxMessage.objects.using(using).filter(pk__in=ids)
    count = again.update(
        state=OutboxMessage.State.PENDING, due_at=Now(), resent=F("resent") + 1, failures=0, deaths=0, last_error=""
    )
    RESENT.add(count, "message", using=using)
    if count:
        transaction.on_commit(lambda: wakeup.wake_sleepers(using), using=using, robust=True)
    return count
