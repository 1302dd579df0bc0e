"""Commands to the shop as a participant, made up by the stories; and what came of them."""

from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from flextx.inbox.models import DivertedRecord
from flextx.outbox.models import OutboxMessage
from flextx.participant.barrier import Decision, decide_do, decide_undo, lock_runs
from flextx.participant.models import Barrier
from flextx.saga.messages import Command, Side, command_id
from flextx.testing import deliver
from tests.flextx.shop.commands import ReleaseThing, ReserveThing, ShopReply
from tests.flextx.shop.models import Effect

RUN = uuid5(UUID(int=5), "a run")
DO, UNDO = "do reserve", "undo reserve"


def reserve(run_id: UUID = RUN, step: str = "reserve") -> ReserveThing:
    return ReserveThing(**_fields(run_id, step, Side.DO))


def release(run_id: UUID = RUN, step: str = "reserve") -> ReleaseThing:
    return ReleaseThing(**_fields(run_id, step, Side.UNDO))


def _fields(run_id: UUID, step: str, side: Side) -> dict[str, Any]:
    address = {"run_id": run_id, "step": step, "side": side, "command_id": command_id(run_id, step, side)}
    return address | {"initiator": "u-1", "thing": "lamp"}


def ask(command: Command) -> ShopReply | None:
    """Hand it in; the reply to it, None when it went aside."""
    before = OutboxMessage.objects.count()
    deliver(command, key=str(command.run_id))
    replies = OutboxMessage.objects.filter(key=str(command.run_id)).order_by("-sequence")
    if OutboxMessage.objects.count() == before:
        assert DivertedRecord.objects.filter(key=str(command.run_id)).exists()
        return None
    return ShopReply.model_validate_json(bytes(replies[0].body))


def told(command: Command) -> str:
    """The outcome that the reply tells, and whether it was told before."""
    reply = ask(command)
    return "nothing" if reply is None else reply.outcome + (" again" if reply.duplicate else "")


def decide(run_id: UUID, side: Side) -> Decision:
    """Through the barrier alone, in a transaction of its own, with one row for an effect."""

    def effect() -> None:
        Effect.objects.create(run_id=run_id, what=f"{side} reserve")

    decider = decide_do if side is Side.DO else decide_undo
    with transaction.atomic():
        lock_runs({run_id: "u-1"})
        return decider(run_id, "reserve", command_id=command_id(run_id, "reserve", side), effect=effect)


def effects(run_id: UUID = RUN) -> list[str]:
    return list(Effect.objects.filter(run_id=run_id).order_by("id").values_list("what", flat=True))


def stored(run_id: UUID = RUN) -> dict[str, str]:
    """side and step -> outcome"""
    return {f"{row.side} {row.step}": row.outcome for row in Barrier.objects.filter(run_id=run_id)}
