"""Parked jobs, for the operators' list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flextx.clock import database_now
from flextx.operate.kinds import Held, ParkedItem, own_number
from flextx.recovery.models import Job


class ParkedJobs:
    prefix = "job"

    def items(self, *, limit: int, about: str | None = None) -> list[ParkedItem]:
        rows = Job.objects.filter(state=Job.State.PARKED)
        if about is not None:
            rows = rows.filter(once_key=about)
        return [_item(row) for row in rows.order_by("due_at")[:limit]]

    def hold(self, own_id: str) -> Held | None:
        row = Job.objects.select_for_update().filter(pk=own_number(own_id), state=Job.State.PARKED).first()
        return _HeldJob(row) if row else None


@dataclass(frozen=True, slots=True)
class _HeldJob:
    job: Job

    @property
    def actions(self) -> Mapping[str, Callable[[], None]]:
        return {"retry": self._retry, "skip": self._skip, "complete": self._complete}

    def snapshot(self) -> dict[str, Any]:
        return {"state": self.job.state, "tries": self.job.tries, "epoch": self.job.epoch}

    def _retry(self) -> None:
        self.job.state, self.job.tries, self.job.due_at = Job.State.WAITING, 0, database_now()
        self.job.save()

    def _skip(self) -> None:
        self._finish(Job.State.SKIPPED)

    def _complete(self) -> None:
        self._finish(Job.State.DONE)

    def _finish(self, state: Job.State) -> None:
        self.job.state, self.job.finished_at = state, database_now()
        self.job.save()


def _item(row: Job) -> ParkedItem:
    return ParkedItem(
        id=f"job-{row.pk}",
        name=row.name,
        about=row.once_key or "",
        where="job",
        reason="tries_exhausted",
        last_error=row.last_error,
        tries=row.tries,
        parked_at=row.due_at or row.created_at,
        actions=tuple(_HeldJob(row).actions),
    )
