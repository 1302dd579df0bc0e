"""Parked outbox rows, for the operators' list, and what an operator can do with one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from flextx.clock import database_now
from flextx.conf import flextx_settings
from flextx.operate.kinds import Held, ParkedItem, own_number
from flextx.outbox import wakeup
from flextx.outbox.models import OutboxMessage, OutboxWave

_OPEN = Q(state="parked") | Q(state="skipped", resolved_at=None)


class ParkedMessages:
    prefix = "outbox"

    def items(self, *, limit: int, about: str | None = None) -> list[ParkedItem]:
        rows = OutboxMessage.objects.filter(state=OutboxMessage.State.PARKED)
        if about is not None:
            rows = rows.filter(key=about)
        return [_item(row) for row in rows.order_by("parked_at", "id")[:limit]]

    def hold(self, own_id: str) -> Held | None:
        """A skipped one is held to be resolved."""
        row = OutboxMessage.objects.select_for_update().filter(_OPEN, pk=own_number(own_id)).first()
        return _HeldMessage(row) if row else None


@dataclass(frozen=True, slots=True)
class _HeldMessage:
    row: OutboxMessage

    @property
    def actions(self) -> Mapping[str, Callable[[], None]]:
        if self.row.state == OutboxMessage.State.SKIPPED:
            return {"resolve": self._resolve}
        if _may_be_under_way(self.row):  # skipped now, it could still arrive, behind what follows of its key
            return {"retry": self._retry}
        return {"retry": self._retry, "skip": self._skip}

    def snapshot(self) -> dict[str, Any]:
        return {
            "state": self.row.state,
            "failures": self.row.failures,
            "deaths": self.row.deaths,
            "resolved": self.row.resolved_at is not None,
        }

    def _retry(self) -> None:
        self.row.state, self.row.due_at, self.row.parked_at = OutboxMessage.State.PENDING, database_now(), None
        self.row.failures = self.row.deaths = 0
        self.row.save()
        transaction.on_commit(lambda: wakeup.wake_sleepers("default"), robust=True)

    def _skip(self) -> None:
        self.row.state = OutboxMessage.State.SKIPPED
        self.row.save()
        transaction.on_commit(lambda: wakeup.wake_sleepers("default"), robust=True)  # what follows of its key is due

    def _resolve(self) -> None:
        self.row.resolved_at = database_now()
        self.row.save()


def _may_be_under_way(row: OutboxMessage) -> bool:
    """Noted by a relay, or parked so lately that a relay which stood still could think that it holds the bucket."""
    since = database_now() - timedelta(seconds=2 * flextx_settings().relay_lease_seconds)
    lately = row.parked_at is not None and row.parked_at > since
    return lately or OutboxWave.objects.filter(message_ids__contains=row.pk).exists()


def _item(row: OutboxMessage) -> ParkedItem:
    return ParkedItem(
        id=f"outbox-{row.pk}",
        name=f"{row.event_type}.v{row.event_version}",
        about=row.key,
        where=row.topic,
        reason="deaths" if row.deaths else "refused_by_the_log",
        last_error=row.last_error,
        tries=row.failures + row.deaths,
        parked_at=row.parked_at or row.occurred_at,
        actions=tuple(_HeldMessage(row).actions),
    )
