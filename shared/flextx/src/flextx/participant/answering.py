"""Commands come in, each passes the barrier, its reply goes out: all in one inbox transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from flextx.clock import database_now
from flextx.crash_points import crash_point, register
from flextx.inbox.registry import Delivery, handles
from flextx.outbox.publish import publish
from flextx.participant.barrier import Decision, decide_do, decide_undo, lock_runs
from flextx.participant.models import ParticipantRun
from flextx.saga.messages import Command, Reply, Side
from flextx.tracing import caused_by

_DECIDED = register("participant.decided", "a command has passed the barrier, its reply is not written yet")
C = TypeVar("C", bound=Command)
Service = Callable[[C], dict[str, Any] | None]
Lock = Callable[[Sequence[Command]], None]

_services: dict[type[Command], tuple[Service[Any], type[Reply]]] = {}
_locks: list[Lock] = []


def answers(command_class: type[C], reply_class: type[Reply]) -> Callable[[Service[C]], Service[C]]:
    """Register the service that carries out a command; what it returns (a JSON object) is the reply's `result`.

    It runs in the inbox transaction, at most once for each (run, step, side); it raises a Refusal to say no.
    """

    def register_service(service: Service[C]) -> Service[C]:
        if command_class in _services:
            raise ValueError(f"{command_class.__name__} has a service already")
        handles(command_class)(_answer)
        _services[command_class] = (service, reply_class)
        return service

    return register_service


def locks_first(lock: Lock) -> Lock:
    """Register what locks all that a batch of commands will touch, in one order for every batch.

    Locked command by command, two batches over the same rows in different orders would deadlock.
    """
    _locks.append(lock)
    return lock


def _answer(deliveries: list[Delivery[C]]) -> None:
    """The handler of every kind of command, so that they come as one batch whatever kinds are in it."""
    commands = [delivery.event for delivery in deliveries]
    runs = lock_runs({command.run_id: command.initiator for command in commands})
    for lock in _locks:
        lock(commands)
    for delivery in deliveries:
        with caused_by(delivery.envelope.cause):
            _answer_one(runs[delivery.event.run_id], delivery)


def _answer_one(run: ParticipantRun, delivery: Delivery[Any]) -> None:
    service, reply_class = _services[type(delivery.event)]
    decision = _decide(delivery.event, service)
    crash_point(_DECIDED)
    _reply(reply_class, run, delivery, decision)


def _decide(command: Command, service: Service[Any]) -> Decision:
    decide = decide_do if command.side is Side.DO else decide_undo
    return decide(
        command.run_id,
        command.step,
        command_id=command.command_id,
        effect=lambda: service(command),
        may_refuse=command.may_refuse,
    )


def _reply(reply_class: type[Reply], run: ParticipantRun, delivery: Delivery[Any], decision: Decision) -> None:
    command, record = delivery.event, delivery.record
    run.last_reply_sequence += 1
    run.save(update_fields=["last_reply_sequence"])
    reply = reply_class(
        run_id=command.run_id,
        step=command.step,
        side=command.side,
        command_id=command.command_id,
        outcome=decision.outcome,
        duplicate=decision.duplicate,
        code=decision.code,
        detail=decision.detail,
        result=decision.result or {},
        consumer=delivery.consumer,
        cause_event_id=delivery.envelope.event_id,
        cause_topic=record.topic,
        cause_partition=record.partition,
        cause_offset=record.offset,
        received_at=delivery.received_at,
        answered_at=database_now(),
    )
    publish(reply, key=str(run.run_id), sequence=run.last_reply_sequence)
