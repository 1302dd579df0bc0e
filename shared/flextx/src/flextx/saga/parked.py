"""Parked runs, for the operators' list, and what an operator can do with one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flextx.clock import database_now
from flextx.operate.kinds import Held, ParkedItem
from flextx.saga.deadlines import may_turn_back
from flextx.saga.declaration import Kind, Saga, declared
from flextx.saga.messages import Side
from flextx.saga.models import Run, StepSide
from flextx.saga.moving import go_on, has_led_on, settle
from flextx.saga.runs import current_side, store, turn_back


class ParkedRuns:
    prefix = "run"

    def items(self, *, limit: int, about: str | None = None) -> list[ParkedItem]:
        runs = Run.objects.filter(state=Run.State.PARKED)
        if about is not None:
            runs = runs.filter(business_key=about)
        return [_item(run) for run in runs.order_by("moved_at")[:limit]]

    def hold(self, own_id: str) -> Held | None:
        try:
            run_id = UUID(own_id)
        except ValueError:
            return None
        run = Run.objects.select_for_update().filter(run_id=run_id, state=Run.State.PARKED).first()
        return _HeldRun(run, declared(run.saga, run.version), current_side(run)) if run else None


@dataclass(frozen=True, slots=True)
class _HeldRun:
    run: Run
    saga: Saga | None
    side: StepSide | None

    @property
    def actions(self) -> Mapping[str, Callable[[], None]]:
        """A skipped settle or undo would leave money nowhere, so those can only be retried or completed by hand."""
        if self.saga is None:
            return {"retry": self._retry}
        possible = {"retry": self._retry}
        if self.side is not None and not has_led_on(self.side):
            possible["complete"] = self._complete
            if self.run.side == Side.DO and self.side.kind != Kind.RETRIABLE:
                possible["skip"] = self._skip
        if may_turn_back(self.run, self.saga, self.side):
            possible["undo"] = self._undo
        return possible

    def snapshot(self) -> dict[str, Any]:
        at = {"step": self.side.name, "step_state": self.side.state, "tries": self.side.tries} if self.side else {}
        return {
            "state": self.run.state,
            "side": self.run.side,
            "reason": self.run.parked_reason,
            "epoch": self.run.epoch,
            **at,
        }

    def _retry(self) -> None:
        now = database_now()
        if self.side is not None and self.saga is not None:
            seconds = self.saga.steps[self.side.number].policy.deadline_seconds
            self.side.tries, self.side.deadline_at = 0, now + timedelta(seconds=seconds)
            if not has_led_on(self.side):  # a refusal where none can be taken for an answer: asked again
                self.side.state, self.side.settled_at = StepSide.State.ATTEMPTED, None
            self.side.save()
        self._unpark()
        self.run.next_due_at = now  # a recovery worker takes it from here
        store(self.run, now)

    def _skip(self) -> None:
        self._settle_and_go_on(StepSide.State.SKIPPED)

    def _complete(self) -> None:
        self._settle_and_go_on(StepSide.State.APPLIED)

    def _undo(self) -> None:
        assert self.saga is not None  # nosec B101 - offered only then
        turn_back(self.run, reason="undone_by_operator", detail=self.run.last_error[:1000])
        self.run.parked_reason = self.run.last_error = ""
        go_on(self.run, self.saga, database_now())

    def _settle_and_go_on(self, state: str) -> None:
        assert self.saga is not None and self.side is not None  # nosec B101 - offered only then
        now = database_now()
        settle(self.side, state, now, by_hand=True)
        self._unpark()
        go_on(self.run, self.saga, now)

    def _unpark(self) -> None:
        self.run.state = Run.State.RUNNING if self.run.side == Side.DO else Run.State.UNDOING
        self.run.parked_reason = self.run.last_error = ""


def _item(run: Run) -> ParkedItem:
    side = current_side(run)
    return ParkedItem(
        id=f"run-{run.run_id}",
        name=run.saga,
        about=run.business_key,
        where=f"{run.side} {side.name}" if side else "",
        reason=run.parked_reason,
        last_error=run.last_error,
        tries=side.tries if side else 0,
        parked_at=run.moved_at,
        actions=tuple(_HeldRun(run, declared(run.saga, run.version), side).actions),
    )
