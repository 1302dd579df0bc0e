"""Local steps of many runs lock the same rows: batches of two partitions do not wait for each other in a ring."""

import random
from functools import partial
from uuid import UUID

import pytest
from django.db import transaction

from flextx.inbox.registry import Delivery
from flextx.saga.messages import Reply
from flextx.saga.models import Run
from flextx.saga.replies import take_replies
from flextx.testing.answers import reply_to
from tests.flextx.run_rows import run_of, side
from tests.flextx.shop.models import Effect, Thing
from tests.flextx.shop.saga import SELL, start
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


def reply(run_id: UUID) -> Delivery[Reply]:
    return reply_to(run_of(run_id), side(run_id, "do reserve"), "applied")


def take(deliveries: list[Delivery[Reply]]) -> None:
    """As the consumer of one partition does it."""
    with transaction.atomic():
        take_replies(deliveries)
