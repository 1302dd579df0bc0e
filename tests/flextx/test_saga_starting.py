"""How a run begins: with what it is for, once for each business key; and what the database refuses to store."""

from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from pydantic import ValidationError

from flextx.errors import OutsideTransaction
from flextx.outbox.models import OutboxMessage
from flextx.saga.models import Run, StepSide
from flextx.saga.starting import start_run
from tests.flextx.run_rows import answer, commands, side, state
from tests.flextx.shop.saga import SELL, SHIP, start
from tests.support.threads import together


@pytest.mark.usefixtures("shop")
def test_a_run_commits_with_what_it_is_for_or_not_at_all() -> None:
    """Fault tried: start_run without its look for a transaction."""
    with pytest.raises(OutsideTransaction, match="call it inside transaction"):
        start_run(SELL, business_key="cup", data={"thing": "cup"}, initiator="u-1")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        start(SELL, "cup")
        raise ZeroDivisionError
    assert not Run.objects.exists() and not OutboxMessage.objects.exists()

    run_id = start(SELL, "cup")
    assert state(run_id) == "running" and [row.event_type for row in commands(run_id)] == ["ReserveThing"]


@pytest.mark.usefixtures("db")
def test_a_command_that_the_runs_data_cannot_fill_refuses_the_start() -> None:
    """Fault tried: the command is built without validation."""
    with pytest.raises(ValidationError, match="thing"), transaction.atomic():
        start_run(SELL, business_key="cup", data={}, initiator="u-1")

    assert not Run.objects.exists()


@pytest.mark.usefixtures("db")
def test_a_repeated_start_is_the_same_run_while_it_is_open_or_done() -> None:
    """Fault tried: end() clears the key of a run that is done."""
    run_id = start(SHIP, "cup")
    assert start(SHIP, "cup") == run_id and len(commands(run_id)) == 1
    assert start(SELL, "cup") != run_id  # the key belongs to the saga
    answer(run_id, "do reserve", "applied")
    assert start(SHIP, "cup") == run_id
    answer(run_id, "do ship", "applied")

    assert state(run_id) == "done" and start(SHIP, "cup") == run_id


@pytest.mark.usefixtures("db")
def test_a_second_attempt_is_possible_once_the_first_ended_without_effect() -> None:
    """Fault tried: end() keeps the key of a run that was refused."""
    refused = start(SHIP, "cup")
    answer(refused, "do reserve", "refused")
    undone = start(SHIP, "cup")
    answer(undone, "do reserve", "applied")
    answer(undone, "do ship", "refused")
    answer(undone, "undo reserve", "applied")
    third = start(SHIP, "cup")

    assert len({refused, undone, third}) == 3
    assert [state(run_id) for run_id in (refused, undone, third)] == ["refused", "undone", "running"]
    assert side(third, "do reserve").command_id != side(undone, "do reserve").command_id


@pytest.mark.usefixtures("shop")
def test_ten_starts_at_once_make_one_run() -> None:
    """Fault tried: a look for the open key instead of an insert under its unique constraint."""
    found = together([partial(start, SELL, "cup")] * 10)

    assert len(set(found)) == 1 and Run.objects.count() == 1 and OutboxMessage.objects.count() == 1


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("side = 'off'", "run_side"),
        ("next_due_at = NULL", "run_is_final_or_parked_or_due"),
        ("state = 'waiting', next_due_at = NULL", "run_is_final_or_parked_or_due"),
        ("state = 'undoing', next_due_at = NULL", "run_is_final_or_parked_or_due"),
        ("state = 'parked'", "run_is_final_or_parked_or_due"),
        ("state = 'done'", "run_is_final_or_parked_or_due"),
        ("state = 'undone', finished_at = now()", "run_holds_its_key_while_open_or_done"),
        ("open_key = NULL", "run_holds_its_key_while_open_or_done"),
    ],
)
def test_nothing_is_stuck_silently(change: str, constraint: str) -> None:
    """Faults tried: each of the two constraints always true."""
    run_id = start(SELL, "cup")

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE flextx_saga_run SET {change}")
    assert state(run_id) == "running"


@pytest.mark.usefixtures("db")
def test_a_side_is_there_once_and_says_when_it_was_settled() -> None:
    """Faults tried: each constraint always true."""
    run_id = start(SELL, "cup")
    first = side(run_id, "do reserve")

    with pytest.raises(IntegrityError, match="step_settled_has_time"), transaction.atomic():
        StepSide.objects.update(state="applied")
    first.pk, first.command_id = None, run_id
    with pytest.raises(IntegrityError, match="step_side_once"), transaction.atomic():
        first.save(force_insert=True)
