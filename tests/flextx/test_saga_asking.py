"""Commands: the same id over all tries, and silence that costs time but no tries."""

import json
from datetime import timedelta

import pytest

from flextx.clock import database_now
from flextx.outbox.models import OutboxMessage
from flextx.saga.declaration import Saga, Step
from flextx.saga.messages import Side, command_id
from flextx.saga.models import Run
from flextx.testing import relay_once
from tests.flextx.run_rows import answer, commands, make_due, recover, seconds_until_due, side, state
from tests.flextx.shop.commands import ReleaseThing, ReserveThing
from tests.flextx.shop.saga import SELL, start

WAIT = Saga("wait", Step("reserve", do=ReserveThing, undo=ReleaseThing))


def sent(rows: list[OutboxMessage]) -> list[str]:
    """The command ids."""
    return [json.loads(bytes(row.body))["command_id"] for row in rows]


@pytest.mark.usefixtures("shop")
def test_silence_asks_again_with_the_same_command_id_and_uses_no_tries() -> None:
    """Faults tried: a new command id each time; ask_again counts a try; silence waits for the retries' cap."""
    run_id = start(SELL, "cup")
    for _ in range(12):  # more often than its policy has tries
        relay_once()
        make_due(run_id)
        recover()

    asked = commands(run_id)
    assert set(sent(asked)) == {str(command_id(run_id, "reserve", Side.DO))} and len(asked) == 13
    assert len({row.event_id for row in asked}) == 13 and [row.sequence for row in asked] == list(range(1, 14))
    assert (side(run_id, "do reserve").asked, side(run_id, "do reserve").tries) == (13, 0)
    assert state(run_id) == "running" and 30 >= seconds_until_due(run_id) > 10

    answer(run_id, "do reserve", "refused")  # an answer to any of them counts
    assert state(run_id) == "refused"


@pytest.mark.usefixtures("shop")
def test_nothing_is_sent_again_while_the_last_try_has_not_left() -> None:
    """Fault tried: ask_again without its look into the outbox."""
    run_id = start(SELL, "cup")
    for _ in range(3):
        make_due(run_id)
        recover()
    assert len(commands(run_id)) == 1 and seconds_until_due(run_id) <= 2

    OutboxMessage.objects.update(
        state="parked"
    )  # the log does not take it: that is for a person, and no reply can come
    make_due(run_id)
    recover()
    assert len(commands(run_id)) == 1

    OutboxMessage.objects.update(state="skipped")
    make_due(run_id)
    recover()
    assert len(commands(run_id)) == 2  # one that never leaves is not waited for
    make_due(run_id)
    recover()
    assert len(commands(run_id)) == 2


@pytest.mark.usefixtures("db")
def test_the_next_look_is_at_the_deadline_when_that_comes_first() -> None:
    """Fault tried: look_again_at without the run's deadline."""
    run_id = start(WAIT, "cup")
    assert 30 >= seconds_until_due(run_id) > 10
    deadline_at = database_now() + timedelta(seconds=10)
    Run.objects.update(deadline_at=deadline_at)

    make_due(run_id)
    recover()

    assert Run.objects.get(run_id=run_id).next_due_at == deadline_at
