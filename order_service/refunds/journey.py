"""The refunds' part of an order's journey: what was done for each, and what it waits for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flextx.saga.models import Run, StepSide
from flextx.saga.runs import current_side
from order_service.recharge.models import Order
from order_service.recharge.waits import Wait
from order_service.refunds.models import Refund

Hop = tuple[str, str, datetime | None, dict[str, Any]]
"""(name, service, when or None, details)"""
_LATEST = 5  # a refund that is refused can be asked for again, many times


def refund_hops(order: Order, *, for_operator: bool) -> Iterator[Hop]:
    """None unless a refund was asked for; then what was asked, each side of each step, and the end.

    An owner is not told which operator asked, nor an operator's reasons.
    """
    latest = Refund.objects.filter(order=order).select_related("payment").order_by("-created_at")[:_LATEST]
    for refund in reversed(latest):
        about = {"run_id": str(refund.run_id), "trade_no": refund.payment.trade_no}
        said = {"who": refund.who, "why": refund.why}
        if not for_operator and refund.who.startswith("operator"):
            said = {"who": "operator"}
        asked = about | {"whole_order": refund.whole_order} | said
        yield "refund_asked", "order", refund.created_at, asked
        for side in StepSide.objects.filter(run_id=refund.run_id).order_by("id"):
            name = f"refund_{side.name}" if side.side == "do" else f"refund_{side.name}_undone"
            yield name, "order", side.settled_at, {"state": side.state, "asked": side.asked, "code": side.code}
        yield "refund_ended", "order", refund.ended_at, {"status": refund.status, "reason": refund.reason}


def open_run_ids(order: Order) -> list[str]:
    """Under these keys the refunds' commands go out and their replies come back."""
    return [str(refund.run_id) for refund in _open_refunds(order)]


def refund_waits(order: Order) -> Iterator[Wait]:
    for refund in _open_refunds(order):
        run = Run.objects.filter(run_id=refund.run_id).first()
        if run is not None:
            yield _wait(refund, run, current_side(run))


def _open_refunds(order: Order) -> list[Refund]:
    return list(Refund.objects.filter(order=order, status=Refund.Status.REFUNDING).order_by("created_at"))


def _wait(refund: Refund, run: Run, side: StepSide | None) -> Wait:
    """A run is parked, or waits for a person, or for whoever does its step."""
    if run.state == Run.State.PARKED:
        return Wait(
            what="refund_parked",
            since=run.moved_at,
            why=f"The refund cannot go on by itself ({run.parked_reason}): an operator was asked.",
            what_to_do=f"GET /api/v1/runs/{run.run_id}, then POST /api/v1/parked/run-{run.run_id}/retry",
            parked_id=f"run-{run.run_id}",
            last_error=run.last_error,
        )
    if run.state == Run.State.WAITING:
        return Wait(
            what="refund_approval",
            since=side.started_at if side else run.moved_at,
            why="The refund is a large one: an operator who did not ask for it approves it first.",
            what_to_do=f"POST /api/v1/runs/{run.run_id}/approve, or /refuse, with a reason",
            next_at=run.next_due_at,
        )
    return _wait_for_step(refund, run, side)


def _wait_for_step(refund: Refund, run: Run, side: StepSide | None) -> Wait:
    since, asked = (side.started_at, side.asked) if side else (refund.created_at, 0)
    if side is None or side.name == "pay_back":
        return Wait(
            what="refund_channel",
            since=since,
            why=f"The payment channel pays the money back; it was asked {asked} time(s) and has not said that it did.",
            what_to_do=f"It is asked again, always with one number; GET /api/v1/runs/{run.run_id} shows its answers",
            next_at=run.next_due_at,
            last_error=side.last_error if side else "",
        )
    return Wait(
        what="refund_account",
        service="account",
        since=since,
        why=f"The account service was asked to {side.name} the coins ({side.side}), and has not answered.",
        what_to_do=f"At the account service: GET /api/v1/runs/{run.run_id} and GET /api/v1/parked?about={run.run_id}",
        next_at=run.next_due_at,
        last_error=side.last_error,
    )
