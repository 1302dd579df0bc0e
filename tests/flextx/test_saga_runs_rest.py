"""Runs over HTTP: asked for by their id, by whoever may see them; listed for operators."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from flextx.envelope import rfc3339
from flextx.operate.models import OperatorAction
from flextx.saga.models import Run
from flextx.testing import relay_once
from tests.flextx.operators import OPERATOR, STRANGER, USER, Answer
from tests.flextx.run_rows import answer, run_of, state
from tests.flextx.shop.saga import BUY, SELL, start

pytestmark = pytest.mark.usefixtures("doors_open")


def ids(answer: Answer) -> list[str]:
    return [run["run_id"] for run in answer.says(200)["results"]]


@pytest.mark.usefixtures("shop")
def test_one_id_shows_the_whole_run() -> None:
    """Faults tried: no replies in the answer; the commands of all steps at each step."""
    run_id = start(SELL, "cup")
    relay_once()
    answer(run_id, "do reserve", "applied")

    told = USER.get(f"runs/{run_id}").says(200)

    assert (told["run_id"], told["type"], told["state"]) == (str(run_id), "sell", "running")
    assert (told["business_key"], told["initiator"], told["version"]) == ("cup", "u-1", 1)
    steps: list[dict[str, Any]] = told["steps"]
    assert [(each["step"], each["side"], each["state"]) for each in steps] == [
        ("reserve", "do", "applied"),
        ("wrap", "do", "applied"),
        ("hand_over", "do", "applied"),
        ("book", "do", "attempted"),
    ]
    (command,), (reply,) = steps[0]["commands"], steps[0]["replies"]
    assert (command["type"], command["state"], command["sent_by"]) == ("ReserveThing", "sent", "test-relay")
    assert command["offset"] == 0 and (reply["outcome"], reply["applied"]) == ("applied", True)
    assert steps[2]["result"] == {"handed": "over"} and steps[3]["commands"][0]["type"] == "BookSale"


@pytest.mark.usefixtures("db")
def test_another_persons_run_is_not_found() -> None:
    """Fault tried: run_for without may_see."""
    run_id = start(SELL, "cup")

    USER.get(f"runs/{run_id}").says(200)
    STRANGER.get(f"runs/{run_id}").says(404, "not_found")
    USER.get(f"runs/{uuid4()}").says(404, "not_found")
    OPERATOR.get(f"runs/{run_id}").says(200)
    USER.get("runs").says(403)


@pytest.mark.usefixtures("db")
def test_runs_are_listed_by_what_they_are_and_how_old() -> None:
    """Fault tried: each filter left out."""
    sold, bought, refused = start(SELL, "cup"), start(BUY, "plate"), start(SELL, "bowl")
    answer(refused, "do reserve", "refused")
    Run.objects.filter(run_id=sold).update(created_at=run_of(sold).created_at - timedelta(hours=1))
    half_an_hour_ago = rfc3339(run_of(bought).created_at - timedelta(minutes=30))

    assert ids(OPERATOR.get("runs")) == [str(sold), str(bought), str(refused)]
    assert ids(OPERATOR.get("runs?state=refused")) == [str(refused)]
    assert ids(OPERATOR.get("runs?type=buy")) == [str(bought)]
    assert ids(OPERATOR.get("runs?business_key=bowl")) == [str(refused)]
    assert ids(OPERATOR.get(f"runs?older_than={half_an_hour_ago}")) == [str(sold)]
    OPERATOR.get("runs?state=lost").says(400)
    OPERATOR.get("runs?older_than=yesterday").says(400)


@pytest.mark.usefixtures("db")
def test_pages_follow_each_other_without_gap_or_overlap() -> None:
    """Fault tried: the cursor is the first of the next page."""
    started = [str(start(SELL, f"cup-{number}")) for number in range(5)]
    seen: list[str] = []
    path: str | None = "runs?limit=2"
    pages = 0
    while path:
        page = OPERATOR.get(path)
        seen += ids(page)
        pages += 1
        path = page.body["next"] and page.body["next"].split("/api/v1/")[1]

    assert seen == started and pages == 3


@pytest.mark.usefixtures("db")
def test_a_decision_over_http() -> None:
    """Fault tried: a user may decide."""
    run_id = start(BUY, "cup", needs_approval=True)
    USER.post(f"runs/{run_id}/approve", reason="mine").says(403)
    OPERATOR.post(f"runs/{run_id}/approve").says(400)
    Run.objects.update(initiator="op-1")
    OPERATOR.post(f"runs/{run_id}/approve", reason="mine").says(409, "second_person_needed")
    OPERATOR.post(f"runs/{uuid4()}/refuse", reason="why").says(404, "not_found")
    assert state(run_id) == "waiting" and not OperatorAction.objects.exists()

    Run.objects.update(initiator="u-1")
    assert OPERATOR.post(f"runs/{run_id}/approve", reason="known").says(200)["state"] == "running"
    OPERATOR.post(f"runs/{run_id}/refuse", reason="or not").says(409, "nothing_to_decide")
