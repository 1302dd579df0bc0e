"""Sent messages are kept while somebody may ask for them again, then deleted; what is unsent or undecided never."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from flextx.clock import database_now
from flextx.conf import flextx_settings
from flextx.outbox.models import OutboxMessage

TOGETHER_MAX = 1_000
Keeper = Callable[[Collection[str]], set[str]]
"""Keys -> those of them whose messages are still needed, such as a paid order's that is not credited yet."""

_keepers: dict[str, Keeper] = {}


def keeps(name: str, keeper: Keeper) -> None:
    """Register who still needs messages, however old; call it when the app is ready."""
    _keepers[name] = keeper


def prune_outbox(*, dry_run: bool) -> int:
    """Delete what was sent, or skipped and resolved, longer ago than OUTBOX_RETENTION_SECONDS; the answer is how many.

    In portions, each its own transaction and past what anybody has locked, so that relays go on meanwhile.
    """
    before = database_now() - timedelta(seconds=flextx_settings().outbox_retention_seconds)
    old = OutboxMessage.objects.filter(
        Q(state=OutboxMessage.State.SENT, sent_at__lt=before)
        | Q(state=OutboxMessage.State.SKIPPED, resolved_at__lt=before)
    )
    pruned = last_id = 0
    while True:
        with transaction.atomic():
            rows = _portion(old.filter(pk__gt=last_id))
            if not rows:
                return pruned
            needed = _needed({key for _, key in rows})
            ids = [pk for pk, key in rows if key not in needed]
            pruned += len(ids) if dry_run else OutboxMessage.objects.filter(pk__in=ids).delete()[0]
        last_id = rows[-1][0]


def _portion(old: QuerySet[OutboxMessage]) -> list[tuple[int, str]]:
    rows = old.order_by("pk").select_for_update(skip_locked=True).values_list("pk", "key")
    return list(rows[:TOGETHER_MAX])


def _needed(keys: set[str]) -> set[str]:
    return {key for keeper in _keepers.values() for key in keeper(keys)}
