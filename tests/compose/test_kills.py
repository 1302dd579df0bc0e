"""Each container in turn is killed while orders flow; then the books are compared.

Docker takes `docker compose kill` for a person's wish and leaves the container dead, so these stories start it again,
as that person would. That a process which dies by itself is started again by Docker is a story of its own.
"""

import os
import sys
import time

import pytest

from stack.compose import reconcile
from stack.containers import Containers
from tests.compose.buyers import Buyer, lost_and_doubled, stop_all, wait_until_settled, waiting
from tests.compose.killing import kill, kill_from_outside, restarts, running, start, wait_until_back

DEAD_SECONDS = 1.0
SETTLED_SECONDS_MAX = 120


def test_killed_in_turn_nothing_is_lost_and_nothing_doubled(containers: Containers, buyers: list[Buyer]) -> None:
    services = running(containers)
    in_flight = {service: _kill_and_start(containers, service) for service in services}
    paid = stop_all(buyers)
    wait_until_settled(containers, seconds=SETTLED_SECONDS_MAX)
    lost, doubled = lost_and_doubled(containers, paid)

    failures = sum(buyer.failures for buyer in buyers)
    print(f"\n{len(paid)} orders paid, {failures} calls failed and were repeated,", end=" ")
    print(f"{len(services)} containers killed: lost {len(lost)}, doubled {len(doubled)}")
    assert (lost, doubled) == ([], [])
    assert len(paid) > len(services)
    assert sum(1 for rows in in_flight.values() if rows) * 2 >= len(services)
    reconcile(containers)


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root on Docker's own machine can")
@pytest.mark.parametrize("service", ["account-consumer-1", "order-relay-1", "order-web", "postgres", "kafka"])
def test_a_process_that_dies_by_itself_is_started_again(containers: Containers, service: str) -> None:
    before = restarts(containers, service)

    kill_from_outside(containers, service)

    deadline = time.monotonic() + 30
    while restarts(containers, service) == before:
        assert time.monotonic() < deadline, f"{service} was not started again"
        time.sleep(0.2)
    wait_until_back(containers, service)
    assert restarts(containers, service) == before + 1


def _kill_and_start(containers: Containers, service: str) -> int:
    """The answer is how much was on its way at that moment."""
    on_the_way = waiting(containers)
    kill(containers, service)
    time.sleep(DEAD_SECONDS)  # others must go on without it
    start(containers, service)
    seconds = wait_until_back(containers, service)
    print(f"\n{service}: {on_the_way} on their way when killed, back after {seconds:.1f} s", end="", flush=True)
    return on_the_way
