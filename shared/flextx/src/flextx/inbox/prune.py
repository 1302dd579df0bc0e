"""What was taken in is remembered as long as it can come again, then forgotten; what waits for anybody never is."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.db.models import Q

from flextx.clock import database_now
from flextx.conf import flextx_settings
from flextx.inbox import sql
from flextx.inbox.models import DivertedRecord, InboxMessage

TOGETHER_MAX = 1_000


def prune_inbox(*, dry_run: bool) -> int:
    """Delete what was taken in longer ago than INBOX_RETENTION_SECONDS, in portions; the answer is how many.

    What comes after that all the same (sent again from an old outbox row) meets the business ids, which stay for ever.
    """
    before = database_now() - timedelta(seconds=flextx_settings().inbox_retention_seconds)
    if dry_run:
        return InboxMessage.objects.filter(received_at__lt=before).count()
    pruned = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(sql.PRUNE_INBOX, {"before": before, "limit": TOGETHER_MAX})
            portion = int(cursor.rowcount)
        pruned += portion
        if portion == 0:
            return pruned


def prune_diverted(*, dry_run: bool) -> int:
    """The same for records that were aside and are handled, or skipped and resolved."""
    before = database_now() - timedelta(seconds=flextx_settings().inbox_retention_seconds)
    old = DivertedRecord.objects.filter(
        Q(state=DivertedRecord.State.HANDLED, handled_at__lt=before)
        | Q(state=DivertedRecord.State.SKIPPED, resolved_at__lt=before)
    )
    if dry_run:
        return old.count()
    pruned = 0
    while portion := list(old.order_by("pk").values_list("pk", flat=True)[:TOGETHER_MAX]):
        pruned += old.filter(pk__in=portion).delete()[0]  # unless it was opened again since
    return pruned
