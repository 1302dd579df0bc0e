"""The operators' side on the command line: the same list, the same actions, the same audit."""

import json
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from tests.flextx.parked_runs import audited, parked_at_book, parked_at_wrap
from tests.flextx.run_rows import run_of, state
from tests.flextx.shop.saga import SELL, start

pytestmark = pytest.mark.usefixtures("db")


def flextx(*words: str) -> list[Any]:
    """What `manage flextx` prints, line by line."""
    out = StringIO()
    call_command("flextx", *words, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def on(run_id: object, who: str, reason: str) -> list[str]:
    return ["--id", f"run-{run_id}", "--who", who, "--reason", reason]


def test_the_list_and_a_retry() -> None:
    """Fault tried: the command changes the row without the audit."""
    run_id = parked_at_wrap()

    (item,) = flextx("parked", "list")
    assert (item["id"], item["reason"], item["about"]) == (f"run-{run_id}", "tries_exhausted", "cup")
    (done,) = flextx("parked", "retry", *on(run_id, "op-1", "repaired"))

    assert (done["status"], done["action"], state(run_id)) == ("done", "retry", "running")
    assert audited() == [("retry", "op-1", "", "repaired", "done")] and flextx("parked", "list") == []


def test_skip_and_undo_need_a_reason() -> None:
    """Fault tried: --reason is optional for all."""
    run_id = parked_at_wrap()
    for action in ("skip", "undo", "complete"):
        with pytest.raises(CommandError, match="--reason"):
            flextx("parked", action, "--id", f"run-{run_id}", "--who", "op-1")
    assert state(run_id) == "parked"

    flextx("parked", "undo", *on(run_id, "op-1", "the customer left"))
    assert (state(run_id), run_of(run_id).reason) == ("undoing", "undone_by_operator")


def test_complete_takes_two_people_here_too() -> None:
    """Fault tried: complete takes one person."""
    run_id = parked_at_book()
    (asked,) = flextx("parked", "complete", *on(run_id, "op-1", "on paper"))
    assert asked["status"] == "awaiting_confirmation"
    with pytest.raises(CommandError, match="second_person_needed"):
        flextx("parked", "complete", *on(run_id, "op-1", "on paper"))
    assert state(run_id) == "parked"

    flextx("parked", "complete", *on(run_id, "op-2", "seen"))

    assert state(run_id) == "done" and audited() == [("complete", "op-1", "op-2", "on paper", "done")]


def test_refusals_are_errors_with_their_code() -> None:
    """Fault tried: a refusal is printed and the exit code is 0."""
    run_id = parked_at_book()
    with pytest.raises(CommandError, match="action_refused: undo cannot be done with it; possible now: retry"):
        flextx("parked", "undo", *on(run_id, "op-1", "why"))
    with pytest.raises(CommandError, match="not_parked"):
        flextx("parked", "retry", *on(uuid4(), "op-1", "why"))
    with pytest.raises(CommandError, match="not_found"):
        flextx("run", "--id", str(uuid4()))
    assert state(run_id) == "parked" and audited() == []


def test_runs_and_one_run() -> None:
    """Fault tried: the filters are not handed on."""
    parked = parked_at_book()
    other = start(SELL, "cup")

    assert [run["run_id"] for run in flextx("runs")] == [str(parked), str(other)]
    assert [run["run_id"] for run in flextx("runs", "--state", "parked", "--type", "sell")] == [str(parked)]
    assert [run["run_id"] for run in flextx("runs", "--business-key", "cup", "--limit", "1")] == [str(other)]
    (told,) = flextx("run", "--id", str(other))
    assert [step["step"] for step in told["steps"]] == ["reserve"]
