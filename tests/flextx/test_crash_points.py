"""Crash points: known by name, asked for exactly, firing exactly so many times over all restarts."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from flextx.crash_points import crash_point, read_plans, register, registered
from flextx.outbox.models import OutboxMessage
from flextx.testing import wait_until
from tests.flextx.appending import append, made
from tests.flextx.inbox_rows import all_read, handled
from tests.flextx.message_log import stored_records
from tests.flextx.outbox_rows import states
from tests.flextx.processes import DIED, Staff, lives_until_success
from tests.flextx.shop.services import make

BOTH_SIDES = ("relay.claim.commit", "relay.send", "log.append.commit", "relay.mark.commit", "relay.hold_share.commit")
BOTH_SIDES_TOO = ("inbox.batch.commit", "inbox.split.commit", "inbox.retry.commit", "consumer.offset_commit")


def test_the_command_lists_every_point_with_its_meaning() -> None:
    """Fault tried: a pair registers only one side."""
    out = StringIO()
    call_command("flextx", "crashpoints", stdout=out)

    listed = dict(line.split("\t") for line in out.getvalue().splitlines())
    assert listed == registered() and all(listed.values())
    sides = {f"{name}.{side}" for name in BOTH_SIDES + BOTH_SIDES_TOO for side in ("before", "after")}
    assert sides | {"outbox.insert.after", "consumer.poll.after"} <= set(listed)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("relay.send.before", "is not <point>:<die|raise|delay|commit-and-fail>:<n>"),
        ("relay.send.before:die", "is not <point>:"),
        ("relay.send.before:die:twice", "is not <point>:"),
        ("relay.send.before:die:-1", "is not <point>:"),
        ("relay.send.before:explode:1", "is not <point>:"),
        ("relay.mark.commit.after:die:1,nonsense", "'nonsense' is not <point>:"),
        ("relay.mark.commit.before:commit-and-fail:1", "is not behind a commit"),
    ],
)
def test_a_plan_that_cannot_be_read_is_refused(text: str, complaint: str) -> None:
    """Fault tried: the checks of read_plans taken out, one after the other."""
    with pytest.raises(ValueError, match="FLEXTX_CRASH: ") as refused:
        read_plans(text, "/nowhere")
    assert complaint in str(refused.value)


def test_several_plans_and_none_are_read() -> None:
    assert read_plans("", "/nowhere") == {}
    plans = read_plans("a:die:2,b.commit.after:commit-and-fail:1", "/there")
    assert {(plan.point, plan.action, plan.times, plan.folder) for plan in plans.values()} == {
        ("a", "die", 2, Path("/there")),
        ("b.commit.after", "commit-and-fail", 1, Path("/there")),
    }


def test_a_name_means_one_thing() -> None:
    """Fault tried: register overwrites."""
    name = "relay.send.before"
    assert register(name, registered()[name]) == name

    with pytest.raises(ValueError, match="registered twice"):
        register(name, "something else")
    crash_point(name)  # no plan in this process: nothing happens


def test_a_point_fires_so_many_times_over_all_restarts(staff: Staff) -> None:
    """Fault tried: firings counted in the process."""
    make("cup")

    codes = lives_until_success(staff, "relay-1", crash="relay.claim.commit.before:die:2", lives_max=5)

    assert codes == [DIED, DIED, 0]
    assert states() == {"cup/1": "sent"}
    assert OutboxMessage.objects.get().deaths == 0  # nothing was under way


def test_of_two_processes_at_the_same_point_one_dies(staff: Staff) -> None:
    """Fault tried: touch(exist_ok=True) in _take_one_of."""
    plan = "relay.hold_share.commit.before:die:1"
    relays = [staff.relay(name, "--once", crash=plan) for name in ("relay-1", "relay-2")]

    assert sorted(relay.wait() for relay in relays) == [0, DIED]


def test_raise_ends_the_process_with_its_name(staff: Staff) -> None:
    make("cup")
    relay = staff.relay("relay-1", "--once", crash="relay.send.before:raise:1")

    assert relay.wait() == 1
    assert "CrashPointRaised: relay.send.before" in relay.said()
    assert states() == {"cup/1": "pending"}


def test_a_lost_answer_to_the_relays_commit_changes_nothing(staff: Staff) -> None:
    """The commit happened. Fault tried: commit-and-fail fires before the commit."""
    make("cup")
    relay = staff.relay("relay-1", "--once", crash="relay.mark.commit.after:commit-and-fail:1")

    assert relay.wait() == 0
    assert "the answer to COMMIT was lost" in relay.said()
    assert states() == {"cup/1": "sent"} and len(stored_records()) == 1


def test_a_lost_answer_to_the_consumers_commit_changes_nothing(staff: Staff) -> None:
    append(made("cup"))
    consumer = staff.consumer("consumer-1", crash="inbox.batch.commit.after:commit-and-fail:1")
    wait_until(lambda: "the answer to COMMIT was lost" in consumer.said(), seconds=60)
    append(made("cup", 2))
    wait_until(lambda: len(handled()) > 1 and all_read())

    assert handled() == [("cup", 1), ("cup", 2)]
    assert consumer.terminate() == 0
