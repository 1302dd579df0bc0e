"""Who meets in a run's lock, or in the rows that many runs lock: nobody waits in a ring, and one of two wins."""

import random
from collections import Counter
from functools import partial
from uuid import UUID

import pytest
from django.db import transaction

from flextx.inbox.registry import Delivery
from flextx.saga.due import DueRuns
from flextx.saga.messages import Reply
from flextx.saga.models import ReplyReceived, Run
from flextx.saga.replies import take_replies
from flextx.testing.answers import reply_to
from tests.flextx.run_rows import LONG_AGO, commands, run_of, side, sides
from tests.flextx.shop.models import Effect, Thing
from tests.flextx.shop.saga import SELL, SHIP, start
from tests.support.threads import together

SHELVES = [f"shelf-{number}" for number in range(8)]


@pytest.mark.usefixtures("shop")
def test_batches_that_lock_the_same_shelves_do_not_deadlock() -> None:
    """Fault tried: take_replies without its sort by the lock field: DeadlockDetected."""
    Thing.objects.bulk_create([Thing(name=name) for name in SHELVES])
    for seed in range(6):
        batches = [[start(SELL, f"cup-{seed}-{batch}-{shelf}", shelf=shelf) for shelf in SHELVES] for batch in (0, 1)]
        for number, batch in enumerate(batches):
            random.Random(f"{seed}-{number}").shuffle(batch)

        together([partial(take, [reply(run_id) for run_id in batch]) for batch in batches])

    assert Effect.objects.filter(what="do hand_over").count() == Run.objects.count() == 6 * 16


@pytest.mark.usefixtures("shop")
def test_of_a_reply_and_a_deadline_at_once_one_counts_and_the_other_is_recorded() -> None:
    """Fault tried: lock_run without its lock: both count, and the step is done and undone at once."""
    came: Counter[str] = Counter()
    while came.total() < 40 or (len(came) < 2 and came.total() < 400):
        came[deadline_meets_reply(start(SHIP, f"cup-{came.total()}"))] += 1

    print(f"\nthe reply came first {came['reply']} times, the deadline {came['deadline']} times")
    assert set(came) == {"reply", "deadline"}


def deadline_meets_reply(run_id: UUID) -> str:
    """Which of the two counted."""
    Run.objects.filter(run_id=run_id).update(deadline_at=LONG_AGO, next_due_at=LONG_AGO)
    together([partial(take, [reply(run_id)]), DueRuns().work_one])
    if sides(run_id) == {"do reserve": "applied", "do ship": "attempted"}:
        assert ReplyReceived.objects.get(run_id=run_id).applied and len(commands(run_id)) == 2
        return "reply"
    assert sides(run_id) == {"do reserve": "attempted", "undo reserve": "attempted"}
    assert not ReplyReceived.objects.get(run_id=run_id).applied and len(commands(run_id)) == 2
    return "deadline"


def reply(run_id: UUID) -> Delivery[Reply]:
    return reply_to(run_of(run_id), side(run_id, "do reserve"), "applied")


def take(deliveries: list[Delivery[Reply]]) -> None:
    """As the consumer of one partition does it."""
    with transaction.atomic():
        take_replies(deliveries)
