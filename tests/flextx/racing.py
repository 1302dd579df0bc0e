"""One side of the race between a do and its undo: what each of the two processes runs."""

import random
from multiprocessing.synchronize import Barrier
from uuid import UUID, uuid5

_STAGGER_MAX = 20_000  # turns of an empty loop, about as long as a transaction takes to get its lock


def run_id(seed: int, number: int) -> UUID:
    return uuid5(UUID(int=seed), str(number))


def run_all_rounds(side: str, together: Barrier, rounds: int, seed: int) -> None:
    """A process of its own, so Django is set up here, and whatever needs it is imported after that."""
    import django

    django.setup()
    dice = random.Random(f"{seed}-{side}")
    try:
        for number in range(rounds):
            together.wait(timeout=30)
            for _ in range(dice.randrange(_STAGGER_MAX)):
                pass
            _carry_out(run_id(seed, number), side)
    except BaseException:
        together.abort()  # the other one need not wait
        raise


def _carry_out(run: UUID, side_name: str) -> None:
    """As the consumer does it: the effect, the barrier and the reply in one transaction."""
    from datetime import UTC, datetime

    from django.db import transaction

    from flextx.envelope import read_envelope
    from flextx.inbox.registry import Delivery, route_of
    from flextx.saga.messages import Side, command_id
    from flextx.transports.protocol import Record
    from tests.flextx.appending import outgoing
    from tests.flextx.shop.commands import ReleaseThing, ReserveThing

    side = Side(side_name)
    command_class = ReserveThing if side is Side.DO else ReleaseThing
    asked = command_class(
        run_id=run,
        step="reserve",
        side=side,
        command_id=command_id(run, "reserve", side),
        initiator="u-1",
        thing="cup",
    )
    sent = outgoing(asked, str(run))
    record = Record(sent.topic, 0, 0, sent.key, sent.headers, sent.body)
    route = route_of(asked.event_type, 1)
    assert route is not None
    with transaction.atomic():
        route.handler([Delivery(asked, read_envelope(record.headers), record, "shop", datetime.now(UTC))])
