"""The barrier under real concurrency: connections and processes of their own, and death in the middle."""

import random
from collections import Counter
from functools import partial
from uuid import UUID, uuid4, uuid5

import pytest
from django.db import connection

from flextx.outbox.models import OutboxMessage
from flextx.participant.barrier import Decision
from flextx.saga.messages import Side
from flextx.testing import wait_until
from tests.flextx.appending import append, outgoing
from tests.flextx.asking import DO, RUN, decide, effects, release, reserve, stored
from tests.flextx.processes import DIED, Staff
from tests.support.threads import together

ROUNDS, SEEDS = 60, (1, 2, 3)


def after_some_statements(number: int, run_id: UUID, side: Side) -> Decision:
    """Another head start each time, without waiting for any."""
    with connection.cursor() as cursor:
        for _ in range(number):
            cursor.execute("SELECT 1")
    return decide(run_id, side)


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("seed", SEEDS)
def test_do_and_undo_race_and_what_was_done_is_undone(seed: int) -> None:
    """Fault tried: the do's row not inserted by decide_undo."""
    chance, found = random.Random(seed), Counter[str]()
    for number in range(ROUNDS):
        run_id = uuid5(UUID(int=seed), str(number))
        starts = [partial(after_some_statements, chance.randrange(6), run_id, side) for side in Side]
        done, undone = together(starts)
        found[f"{done.outcome} and {undone.outcome}"] += 1
        assert effects(run_id) in ([], ["do reserve", "undo reserve"])

    print(f"seed {seed}: {dict(found)}")
    assert set(found) == {"applied and applied", "rejected and empty"}


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("side", list(Side))
def test_the_same_from_many_connections_is_decided_once(side: Side) -> None:
    """Fault tried: `_insert` always answers True."""
    if side is Side.UNDO:
        decide(RUN, Side.DO)

    decisions = together([partial(decide, RUN, side) for _ in range(8)])

    told = Counter((each.outcome, each.duplicate) for each in decisions)
    assert told == {("applied", False): 1, ("applied", True): 7}
    assert effects().count(f"{side} reserve") == 1


def test_a_participant_that_dies_before_its_reply_has_decided_nothing(staff: Staff) -> None:
    """And its successor answers. Fault tried: `publish` left out of _reply."""
    append(outgoing(reserve(), str(RUN)))

    assert staff.consumer("consumer-1", crash="participant.decided:die:1").wait() == DIED
    assert (stored(), effects(), OutboxMessage.objects.count()) == ({}, [], 0)

    staff.consumer("consumer-2")
    wait_until(lambda: OutboxMessage.objects.filter(topic="shop.replies").exists(), seconds=60)
    assert (stored(), effects()) == ({DO: "applied"}, [DO])


def test_do_and_undo_through_two_consumers(staff: Staff) -> None:
    """Many runs, whose do and undo stand in the log in either order. Fault tried: no row for a do that has not come."""
    chance, runs = random.Random(7), [uuid4() for _ in range(40)]
    for name in ("consumer-1", "consumer-2"):
        staff.consumer(name)
    for run_id in runs:
        commands = [reserve(run_id), release(run_id)]
        chance.shuffle(commands)
        append(*(outgoing(command, str(run_id), sequence=number) for number, command in enumerate(commands, 1)))

    wait_until(lambda: OutboxMessage.objects.filter(topic="shop.replies").count() == 2 * len(runs), seconds=60)

    for run_id in runs:
        assert effects(run_id) in ([], ["do reserve", "undo reserve"])
        assert set(stored(run_id).values()) in ({"applied"}, {"rejected", "empty"})
