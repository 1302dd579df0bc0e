"""What this service did for a run is answered under the run's id."""

from uuid import UUID

import pytest

from flextx.envelope import rfc3339
from flextx.participant.models import Barrier, ParticipantRun
from flextx.saga.messages import Side, command_id
from tests.account_service.commands import Gift, applied, ask
from tests.account_service.stories import OPERATOR, OWNER, SERVICE, STRANGER, credit, everything
from tests.support.callers import Caller, get

GIFT = Gift()
RUNS = "/api/v1/runs"
RUN = f"{RUNS}/{GIFT.run_id}"


def test_each_side_of_each_step_is_told() -> None:
    """Fault tried: the undo's row not told; duplicates not counted."""
    credit("u-1", 160)
    (charge,) = applied(GIFT.charge())
    ask(GIFT.charge())
    (refund,) = applied(GIFT.refund())

    told = OWNER.get(RUN).json()

    run = ParticipantRun.objects.get()
    decided = {row.side: rfc3339(row.decided_at) for row in Barrier.objects.all()}
    nothing = {"code": None, "detail": None, "outcome": "applied", "step": "charge"}
    assert told == {
        "run_id": str(GIFT.run_id),
        "initiator": "u-1",
        "first_asked_at": rfc3339(run.first_asked_at),
        "replies": 3,
        "steps": [
            nothing
            | {
                "side": side,
                "result": {"transfer_ids": [str(transfer.pk)]},
                "command_id": str(command_id(GIFT.run_id, "charge", Side(side))),
                "duplicates": duplicates,
                "decided_at": decided[side],
            }
            for side, transfer, duplicates in (("do", charge, 1), ("undo", refund, 0))
        ],
    }
    for who in (OPERATOR, SERVICE):
        assert who.get(RUN).json() == told


def test_a_refusal_is_told_with_its_code() -> None:
    ask(GIFT.charge())

    (step,) = OWNER.get(RUN).json()["steps"]
    assert (step["outcome"], step["code"], step["result"]) == ("refused", "account_unknown", {})
    assert step["detail"].startswith("There is no such account")


def test_another_persons_run_is_not_found_exactly_like_none() -> None:
    """Fault tried: may_see not asked in run_for."""
    nobody = STRANGER.get(RUN).refuses(404, "not_found")
    ask(GIFT.charge())

    assert STRANGER.get(RUN).refuses(404, "not_found") | {"request_id": ""} == nobody | {"request_id": ""}
    get(RUN).refuses(401, "not_authenticated")


def test_operators_page_through_all_runs_oldest_first() -> None:
    """Fault tried: `gte` in place of `gt` behind the cursor; a user let in."""
    gifts = [Gift(f"g-{number}") for number in range(5)]
    for gift in gifts:
        ask(gift.charge())
    before = everything()

    seen, url = [], f"{RUNS}?limit=2"
    while url:
        page = OPERATOR.get(url).json()
        seen += [row["run_id"] for row in page["results"]]
        url = (page["next"] or "").removeprefix("http://testserver")

    assert seen == [str(run_id) for run_id in sorted(gift.run_id for gift in gifts)]
    assert OPERATOR.get(f"{RUNS}?older_than=2000-01-01T00:00:00Z").json() == {"results": [], "next": None}
    assert everything() == before
    OWNER.get(RUNS).refuses(403, "permission_denied")
    get(RUNS).refuses(401, "not_authenticated")


@pytest.mark.parametrize("query", ["cursor=x", "older_than=yesterday", "limit=0", "limit=201"])
def test_a_query_that_asks_for_no_runs_is_refused(query: str) -> None:
    OPERATOR.get(f"{RUNS}?{query}").refuses(400, "invalid")


@pytest.mark.parametrize("run_id", ["x", "7", "%00", str(UUID(int=0)) + "0"])
def test_what_is_no_run_id_is_not_found(run_id: str) -> None:
    Caller("op-1", "operator").get(f"{RUNS}/{run_id}").refuses(404, "not_found")
