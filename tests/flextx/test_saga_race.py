"""An undo races its do, a thousand times: whoever comes second finds the gate closed or has something to undo."""

import multiprocessing
from collections import Counter

import pytest

from flextx.outbox.models import OutboxMessage
from flextx.participant.models import Barrier
from flextx.saga.messages import Side
from tests.flextx.racing import run_all_rounds, run_id
from tests.flextx.shop.models import Effect

ROUNDS, SEED = 1000, 20


@pytest.mark.usefixtures("shop")
def test_never_done_and_not_undone() -> None:
    """Two processes, which start each round together. Fault tried: decide_undo without the do's row: done after its
    undo."""
    spawn = multiprocessing.get_context("spawn")
    together = spawn.Barrier(2)
    racers = [spawn.Process(target=run_all_rounds, args=(side.value, together, ROUNDS, SEED)) for side in Side]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(timeout=120)
        racer.kill()
    assert [racer.exitcode for racer in racers] == [0, 0]

    outcomes = Counter((outcome_of(number, Side.DO), outcome_of(number, Side.UNDO)) for number in range(ROUNDS))
    print(f"\nof {ROUNDS} rounds with seed {SEED}: {dict(outcomes)}")
    assert set(outcomes) == {("applied", "applied"), ("rejected", "empty")}
    assert min(outcomes.values()) > 0 and sum(outcomes.values()) == ROUNDS
    undone = outcomes["applied", "applied"]
    assert Counter(Effect.objects.values_list("what", flat=True)) == {"do reserve": undone, "undo reserve": undone}
    assert OutboxMessage.objects.filter(topic="shop.replies").count() == 2 * ROUNDS


def outcome_of(number: int, side: Side) -> str:
    return str(Barrier.objects.get(run_id=run_id(SEED, number), side=side).outcome)
