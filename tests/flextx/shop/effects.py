"""What is done in the shop, one row each time, and what goes wrong with it."""

import os
import signal
from uuid import UUID

from django.db import OperationalError

from flextx.errors import Refusal
from tests.flextx.shop.models import Effect, Fault


class NotToday(Refusal):
    """The shop does not do that today."""

    code = "not_today"


def effect(run_id: UUID, thing: str, what: str) -> None:
    """`what`: such as "do wrap" or "undo wrap". A Fault named "<thing>: do wrap" says how it goes wrong."""
    Effect.objects.create(run_id=run_id, what=what)
    go_wrong(fault_of(thing, what))


def fault_of(thing: str, what: str) -> str:
    row = Fault.objects.filter(name=f"{thing}: {what}").first()
    return row.kind if row else ""


def go_wrong(kind: str) -> None:
    if kind == Fault.Kind.DEFECT:
        raise RuntimeError("a defect in the shop")
    if kind == Fault.Kind.REFUSAL:
        raise NotToday
    if kind == Fault.Kind.OUTAGE:
        raise OperationalError("an outage")
    if kind == Fault.Kind.FREEZE:
        os.kill(os.getpid(), signal.SIGSTOP)
    if kind == Fault.Kind.DEATH:
        os.kill(os.getpid(), signal.SIGKILL)
