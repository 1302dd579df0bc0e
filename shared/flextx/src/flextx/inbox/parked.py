"""Parked records of the message log, for the operators' list, and what an operator can do with one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q

from flextx.clock import database_now
from flextx.conf import flextx_settings
from flextx.errors import UnreadableRecord
from flextx.inbox import sql
from flextx.inbox.handling import take_in
from flextx.inbox.models import DivertedKey, DivertedRecord
from flextx.inbox.reading import Readable, read_record
from flextx.inbox.stored import record_of
from flextx.operate.kinds import Held, ParkedItem, own_number

_OPEN = Q(state="parked") | Q(state="skipped", resolved_at=None)


class ParkedRecords:
    prefix = "inbox"

    def items(self, *, limit: int, about: str | None = None) -> list[ParkedItem]:
        rows = DivertedRecord.objects.filter(consumer=flextx_settings().source, state=DivertedRecord.State.PARKED)
        if about is not None:
            rows = rows.filter(key=about)
        return [_item(row) for row in rows.order_by("parked_at", "id")[:limit]]

    def hold(self, own_id: str) -> Held | None:
        """The key's row is locked first, as whoever diverts or retries does. A skipped one is held to be resolved."""
        number = own_number(own_id)
        row = DivertedRecord.objects.filter(_OPEN, pk=number, consumer=flextx_settings().source).first()
        if row is None:
            return None
        list(DivertedKey.objects.select_for_update().filter(consumer=row.consumer, key=row.key))
        locked = DivertedRecord.objects.select_for_update().filter(_OPEN, pk=number).first()
        return _HeldRecord(locked) if locked else None


@dataclass(frozen=True, slots=True)
class _HeldRecord:
    row: DivertedRecord

    @property
    def actions(self) -> Mapping[str, Callable[[], None]]:
        """There is no completing by hand: what was done instead is said when a skipped one is resolved."""
        if self.row.state == DivertedRecord.State.SKIPPED:
            return {"resolve": self._resolve}
        return {"retry": self._retry, "skip": self._skip}

    def snapshot(self) -> dict[str, Any]:
        row = self.row
        left = DivertedRecord.objects.filter(consumer=row.consumer, key=row.key, state="waiting").count()
        return {
            "state": row.state,
            "tries": row.tries,
            "reason": row.reason,
            "waiting_behind": left,
            "resolved": row.resolved_at is not None,
        }

    def _retry(self) -> None:
        self.row.state, self.row.tries, self.row.parked_at = DivertedRecord.State.WAITING, 0, None
        self.row.save()
        self._make_key_due()

    def _skip(self) -> None:
        """For good: if it comes again, it counts as seen. Otherwise it could be made good by hand, and done as well."""
        with suppress(UnreadableRecord):
            readable = read_record(record_of(self.row))
            if isinstance(readable, Readable):
                take_in(self.row.consumer, [readable])
        self.row.state = DivertedRecord.State.SKIPPED
        self.row.save()
        self._make_key_due()  # what follows of the key is handled in order; if nothing does, the key is free

    def _resolve(self) -> None:
        self.row.resolved_at = database_now()
        self.row.save()

    def _make_key_due(self) -> None:
        where: dict[str, str | int] = {"consumer": self.row.consumer, "key": self.row.key, "wait_seconds": 0}
        with connection.cursor() as cursor:
            cursor.execute(sql.DIVERT_KEY, where)
            cursor.execute(sql.POSTPONE_KEY, where)


def _item(row: DivertedRecord) -> ParkedItem:
    headers = dict(record_of(row).headers)
    return ParkedItem(
        id=f"inbox-{row.pk}",
        name=headers.get("ce_type", b"").decode(errors="replace")[:100],
        about=row.key,
        where=f"{row.topic}/{row.partition}/{row.offset}",
        reason=row.reason,
        last_error=row.last_error,
        tries=row.tries,
        parked_at=row.parked_at or row.diverted_at,
        actions=tuple(_HeldRecord(row).actions),
    )
