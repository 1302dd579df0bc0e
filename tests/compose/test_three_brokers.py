"""With deploy/kafka-3: one broker of three stays dead for half a minute while orders flow, and they go on flowing."""

import time

import pytest

from stack.compose import reconcile
from stack.containers import Containers
from tests.compose.buyers import Buyer, credited_so_far, lost_and_doubled, stop_all, wait_until_settled
from tests.compose.killing import kill, running, start, wait_until_back

DEAD_SECONDS = 30
STANDSTILL_SECONDS_MAX = 20


def test_one_dead_broker_of_three_loses_nothing_and_stops_nobody(containers: Containers, buyers: list[Buyer]) -> None:
    """Fault tried: KAFKA_MIN_INSYNC_REPLICAS: 3, and nothing is credited until the broker is back."""
    if "kafka-3" not in running(containers):
        pytest.skip("one broker runs here: start three, see deploy/kafka-3")
    _wait_for_credits(containers, above=credited_so_far(containers))

    kill(containers, "kafka-2")
    credited, standstill = _watch_credits(containers, DEAD_SECONDS)
    start(containers, "kafka-2")
    back_seconds = wait_until_back(containers, "kafka-2")

    paid = stop_all(buyers)
    wait_until_settled(containers, seconds=120)
    lost, doubled = lost_and_doubled(containers, paid)
    print(f"\n{len(paid)} orders paid; kafka-2 dead for {DEAD_SECONDS} s, back after {back_seconds:.1f} s:", end=" ")
    print(f"{credited} credited meanwhile, longest standstill {standstill:.1f} s,", end=" ")
    print(f"lost {len(lost)}, doubled {len(doubled)}")
    assert (lost, doubled) == ([], [])
    assert credited > 0
    assert standstill < STANDSTILL_SECONDS_MAX
    reconcile(containers)


def _wait_for_credits(containers: Containers, *, above: int) -> None:
    deadline = time.monotonic() + 60
    while credited_so_far(containers) <= above:
        assert time.monotonic() < deadline, "nothing is credited even with all brokers up"
        time.sleep(0.5)


def _watch_credits(containers: Containers, seconds: float) -> tuple[int, float]:
    """How many came, and the longest time without any."""
    began = last_change = time.monotonic()
    first = last = credited_so_far(containers)
    standstill = 0.0
    while (now := time.monotonic()) < began + seconds:
        if (count := credited_so_far(containers)) > last:
            last, last_change = count, now
        standstill = max(standstill, now - last_change)
        time.sleep(0.2)
    return last - first, standstill
