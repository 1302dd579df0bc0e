"""leases: every resource has one owner at a time, shares are even, and the past is told apart by its epoch."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections, transaction

from flextx.leases import Epochs, LeaseBook
from flextx.outbox.models import OutboxLease, OutboxMember

pytestmark = pytest.mark.usefixtures("transactional_db")
RESOURCES = [str(number) for number in range(32)]


def book(member: str) -> LeaseBook:
    return LeaseBook("flextx_outbox", "outbox", member, 60)


def hold(member: str, *, just_started: bool = False) -> Epochs:
    """One renewal, in a transaction of its own."""
    with transaction.atomic(), connection.cursor() as cursor:
        book(member).add_resources(cursor, RESOURCES)
        return book(member).hold_share(cursor, RESOURCES, just_started=just_started)


def still_held(member: str, epochs: Epochs) -> list[str]:
    with transaction.atomic(), connection.cursor() as cursor:
        return book(member).still_held(cursor, epochs)


def end_leases_of(member: str) -> None:
    """As if its time had passed."""
    OutboxLease.objects.filter(owner=member).update(lease_until="2000-01-01T00:00:00Z")
    OutboxMember.objects.filter(member=member).update(seen_until="2000-01-01T00:00:00Z")


def shares() -> dict[str, int]:
    return dict(Counter(owner for owner in OutboxLease.objects.values_list("owner", flat=True) if owner))


def test_resources_are_divided_evenly_among_those_present() -> None:
    """Fault tried: surplus not given back; share rounded down."""
    assert len(hold("a")) == 32
    for _ in range(2):
        for member in ("a", "b", "c"):
            hold(member)

    assert shares() == {"a": 11, "b": 11, "c": 10}


def test_the_living_take_what_the_dead_held_under_a_new_epoch() -> None:
    """Fault tried: epoch + 0 in _extend; members not seen lately still counted."""
    hold("a")
    hold("b")
    hold("a")
    held_by_b = hold("b")
    end_leases_of("a")

    taken = hold("b")

    assert shares() == {"b": 32}
    assert {resource for resource in taken if resource not in held_by_b} == {r for r in RESOURCES if r not in held_by_b}
    assert {taken[resource] for resource in held_by_b} == {held_by_b[resource] for resource in held_by_b} == {2}
    assert {taken[resource] for resource in RESOURCES if resource not in held_by_b} == {2}


def test_a_live_lease_is_nobody_elses() -> None:
    """Fault tried: free takes what is not mine, live or not."""
    held = hold("a")

    assert hold("b") == {}
    assert shares() == {"a": 32} and sorted(still_held("a", held)) == sorted(RESOURCES)


def test_a_restart_takes_its_own_back_at_once_and_shuts_its_predecessor_out() -> None:
    """Fault tried: new_epoch of what was taken only."""
    before = hold("a", just_started=True)

    after = hold("a", just_started=True)

    assert after == {resource: epoch + 1 for resource, epoch in before.items()} and len(after) == 32
    assert still_held("a", before) == []
    assert len(still_held("a", after)) == 32
    assert hold("a") == after  # a mere renewal changes no epoch


def test_what_was_taken_over_or_ran_out_is_held_no_more() -> None:
    """Fault tried: still_held without lease_until; without the owner."""
    held = hold("a")
    end_leases_of("a")
    assert still_held("a", held) == []

    hold("b")
    assert still_held("a", held) == []


def test_whoever_was_away_for_longer_than_its_presence_is_counted_again() -> None:
    """Fault tried: _report_presence only updates rows that are there."""
    hold("a")
    end_leases_of("a")

    assert len(hold("a")) == 32
    assert list(OutboxMember.objects.values_list("member", flat=True)) == ["a"]


def test_leaving_gives_everything_back() -> None:
    """Fault tried: leave without its DELETE: the others still count a member too many."""
    hold("a")
    with transaction.atomic(), connection.cursor() as cursor:
        book("a").leave(cursor)
    assert shares() == {}

    assert len(hold("b")) == 32


def test_members_that_divide_at_the_same_moment_never_hold_the_same() -> None:
    """Fault tried: _lock without FOR UPDATE."""
    hold("somebody")
    end_leases_of("somebody")
    barrier = Barrier(4)

    def join(member: str) -> set[tuple[str, str, int]]:
        try:
            barrier.wait(timeout=10)
            answers = [hold(member) for _ in range(5)]
            return {(member, resource, epoch) for answer in answers for resource, epoch in answer.items()}
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=4) as pool:
        told = set[tuple[str, str, int]]().union(*pool.map(join, "abcd"))

    holders = Counter((resource, epoch) for _, resource, epoch in told)
    assert len(told) >= 32 and set(holders.values()) == {1}  # under one epoch a resource was one member's
    for member in "abcd":
        hold(member)
    assert shares() == {"a": 8, "b": 8, "c": 8, "d": 8}
