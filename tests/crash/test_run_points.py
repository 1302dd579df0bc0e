"""Death at every crash point of a run's do, undo and reply, in a real process; then right books without a hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crash import by_hand_story as by_hand
from tests.crash.gift_story import GiftStory, who_passes
from tests.crash.registry import of_runs, on_every_way, registered_points
from tests.system.books import reconcile, wait_until_settled
from tests.system.world import World, wait_for

# How often each point fires: in the do of one run, the undo of another, the reply of a third.
DEATHS = 3


@pytest.mark.parametrize("point", [point for point in registered_points() if of_runs(point) or on_every_way(point)])
def test_death_at_this_point_leaves_every_run_right(
    world: World, person: str, armed: Callable[[str, str], Path], point: str
) -> None:
    """Fault tried: a local step outside the reply's transaction; the attempt not stored before the channel is asked."""
    story = GiftStory(world, person, who_passes(point))

    fired = armed(point, f"die:{DEATHS if on_every_way(point) else 1}")
    story.happens()
    happens_by_hand(world, f"{person}-rich", point)
    wait_for(fired.exists, bool, seconds=30, what=f"{point} reached")

    wait_until_settled(world, seconds=90)
    story.came_out_right()


def happens_by_hand(world: World, owner: str, point: str) -> None:
    if point.startswith("saga.failure"):
        by_hand.a_run_nobody_declared_is_taken_up(world)
    if point.startswith("saga.resolve"):
        by_hand.a_skipped_step_is_made_good(world)
    if point.startswith("saga.decide"):
        by_hand.a_large_refund_is_refused_by_a_second_person(world, owner)
    if point.startswith(("operate.", "recovery.failure")):
        by_hand.a_job_is_parked_and_put_away(world)


def test_after_all_these_deaths_no_run_is_left_and_the_books_are_right(world: World) -> None:
    unfinished = "SELECT saga, state, last_error FROM flextx_saga_run WHERE finished_at IS NULL"
    wait_for(lambda: world.rows("order", unfinished), lambda rows: rows == [], seconds=90, what="every run ended")
    held = "SELECT owner_id, balance FROM ledger_account WHERE kind = 'escrow' AND balance <> 0"
    assert world.rows("account", held) == []
    assert reconcile(world)["differences"] == []
