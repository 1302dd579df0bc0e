"""A worker says that it lives; one that stands still for too long ends itself, and its successor does the work."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import Settings

from flextx.clock import database_now
from flextx.testing import wait_until
from flextx.workers.heartbeat import EXIT_CODE
from flextx.workers.models import Heartbeat
from tests.flextx.outbox_rows import states
from tests.flextx.processes import SECONDS_MAX, Staff
from tests.flextx.shop.services import make


@pytest.fixture(autouse=True)
def impatient(settings: Settings) -> None:
    settings.FLEXTX = settings.FLEXTX | {"HANG_SECONDS_MAX": 1.0}


def test_a_worker_is_known_by_name_kind_and_pid(staff: Staff) -> None:
    """Fault tried: `beat` left out of the relay's loop."""
    relay = staff.relay("relay-1")
    wait_until(lambda: Heartbeat.objects.filter(pid=relay.process.pid).exists(), seconds=SECONDS_MAX)
    beat = Heartbeat.objects.get()
    assert (beat.name, beat.kind, beat.seconds_max) == ("relay-1", "relay", 1.0)
    assert relay.terminate() == 0


def test_a_worker_that_hangs_ends_itself_and_its_successor_does_the_work(staff: Staff) -> None:
    """Fault tried: a heart that is not started."""
    make("cup")
    hung = staff.relay("relay-1", crash="relay.send.before:delay:1")  # stands still for two seconds
    assert hung.wait() == EXIT_CODE
    assert states() == {"cup/1": "pending"}

    assert staff.relay("relay-1", "--once").wait() == 0
    assert states() == {"cup/1": "sent"}


def test_a_worker_that_was_frozen_for_too_long_ends_itself_when_it_wakes(staff: Staff) -> None:
    """Fault tried: time that stands still with the process."""
    relay = staff.relay("relay-1")
    wait_until(lambda: Heartbeat.objects.filter(pid=relay.process.pid).exists(), seconds=SECONDS_MAX)
    relay.freeze()
    last_beat = Heartbeat.objects.get().beat_at
    wait_until(lambda: database_now() - last_beat > timedelta(seconds=3), seconds=SECONDS_MAX)
    relay.wake()
    assert relay.wait() == EXIT_CODE
