"""An undo races its do, a thousand times: whoever comes second finds the gate closed or has something to undo."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier as StartTogether
from uuid import UUID, uuid5

import pytest
from django.db import connections, transaction

from flextx.envelope import read_envelope
from flextx.inbox.registry import Delivery, route_of
from flextx.outbox.models import OutboxMessage
from flextx.participant.models import Barrier
from flextx.saga.messages import Side, command_id
from flextx.transports.protocol import Record
from tests.flextx.appending import outgoing
from tests.flextx.shop.commands import ReleaseThing, ReserveThing, ShopCommand
from tests.flextx.shop.models import Effect

ROUNDS, SEED = 1000, 20
_STAGGER_MAX = 20_000  # turns of an empty loop, about as long as a transaction takes to get its lock


def run_id(number: int) -> UUID:
    return uuid5(UUID(int=SEED), str(number))


def command(number: int, side: Side) -> ShopCommand:
    command_class = ReserveThing if side is Side.DO else ReleaseThing
    return command_class(
        run_id=run_id(number),
        step="reserve",
        side=side,
        command_id=command_id(run_id(number), "reserve", side),
        initiator="u-1",
        thing="cup",
    )


def carry_out(asked: ShopCommand) -> None:
    """As the consumer does it: the effect, the barrier and the reply in one transaction."""
    sent = outgoing(asked, str(asked.run_id))
    record = Record(sent.topic, 0, 0, sent.key, sent.headers, sent.body)
    route = route_of(asked.event_type, 1)
    assert route is not None
    with transaction.atomic():
        route.handler([Delivery(asked, read_envelope(record.headers), record, "shop", datetime.now(UTC))])


@pytest.mark.usefixtures("shop")
def test_never_done_and_not_undone() -> None:
    """Fault tried: decide_undo without the do's row: done after its undo."""
    together = StartTogether(2)

    def all_rounds(side: Side) -> None:
        dice = random.Random(f"{SEED}-{side}")
        try:
            for number in range(ROUNDS):
                together.wait(timeout=30)
                for _ in range(dice.randrange(_STAGGER_MAX)):
                    pass
                carry_out(command(number, side))
        except BaseException:
            together.abort()  # the other one need not wait
            raise
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=2) as pool:
        for side in [pool.submit(all_rounds, side) for side in Side]:
            side.result(timeout=120)

    outcomes = Counter((outcome_of(number, Side.DO), outcome_of(number, Side.UNDO)) for number in range(ROUNDS))
    print(f"\nof {ROUNDS} rounds with seed {SEED}: {dict(outcomes)}")
    assert set(outcomes) == {("applied", "applied"), ("rejected", "empty")}
    assert min(outcomes.values()) > 0 and sum(outcomes.values()) == ROUNDS
    undone = outcomes["applied", "applied"]
    assert Counter(Effect.objects.values_list("what", flat=True)) == {"do reserve": undone, "undo reserve": undone}
    assert OutboxMessage.objects.filter(topic="shop.replies").count() == 2 * ROUNDS


def outcome_of(number: int, side: Side) -> str:
    return str(Barrier.objects.get(run_id=run_id(number), side=side).outcome)
