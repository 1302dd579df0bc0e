from dataclasses import replace

import pytest

from stack.demo_crash_audit import Audit
from stack.demo_crash_shown import Outcome, print_outcome
from stack.demo_crash_stories import stories
from stack.killing import Kill

COUNTS = {
    **dict.fromkeys(["orders", "gifts"], 5),
    **dict.fromkeys(["completed", "credited"], 4),
    **dict.fromkeys(["gifts_sent", "gifts_refused", "gifts_given_back", "gifts_undone", "effects", "retracted"], 1),
    **dict.fromkeys(["refunds_done", "refunds_refused", "surplus_refunded"], 1),
}
WELL = Outcome(
    asked={"orders": 5, "gifts": 5},
    repeated=0,
    failures=[],
    counts=COUNTS,
    duplicates={"callbacks": 3, "commands": 1},
    kills=[Kill("order-relay-1", 0), Kill("order-web", 7)],
    unfinished={},
    parked=[],
    audit=Audit(paid_orders=4),
    reports=[{"service": "order-service", "checked": 9, "in_flight": 0, "differences": []}],
)


def test_all_is_well(capsys):
    print_outcome(WELL)

    shown = capsys.readouterr().out
    assert WELL.problems == []
    assert "kills -9             2      1 relay, 1 web" in shown
    assert "duplicates absorbed  4      3 callbacks, 1 commands" in shown
    assert "reconcile: 9 checked, 0 differences" in shown
    assert shown.endswith("all is well\n")


DIFFERENCE = {"class": "wrong_amount", "id": "R1", "detail": "5 for 6"}


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"failures": ["Failure: GET /gifts/G1 answered 500"]}, "Failure: GET /gifts/G1 answered 500"),
        ({"unfinished": {"runs": 2}}, "not finished: 2 runs"),
        ({"audit": Audit(lost=10, paid_orders=4, findings=["R1: moved 50, not 60"])}, "R1: moved 50, not 60"),
        ({"audit": Audit(paid_orders=5)}, "5 orders were paid, 4 were completed"),
        ({"asked": {"orders": 6, "gifts": 5}}, "6 orders were accepted, 5 are stored"),
        ({"asked": {"orders": 5, "gifts": 4}}, "4 gifts were accepted, 5 are stored"),
        ({"reports": [{**WELL.reports[0], "differences": [DIFFERENCE]}]}, "reconcile: wrong_amount R1"),
        ({"kills": [Kill("order-web", 0)]}, "nobody was killed while anything was under way: nothing was shown"),
    ],
)
def test_each_problem_is_named_and_makes_it_fail(changed, problem, capsys):
    outcome = replace(WELL, **changed)

    print_outcome(outcome)

    assert outcome.problems == [problem]
    assert f"  {problem}\n" in capsys.readouterr().out


def test_what_is_parked_is_shown_and_no_problem(capsys):
    outcome = replace(WELL, parked=["run 1 (send_gift of G1): tries_used_up away"])

    print_outcome(outcome)

    assert outcome.problems == []
    assert "  run 1 (send_gift of G1): tries_used_up away\n" in capsys.readouterr().out


def test_a_seed_tells_the_same_stories_again():
    told = stories(7, duration_seconds=60, rate=8)

    assert told == stories(7, duration_seconds=60, rate=8)
    assert told != stories(8, duration_seconds=60, rate=8)
    assert len(told) == 480 and len({story.key for story in told}) == 480
    assert {story.intention for story in told} == {"keep", "gift", "undo", "refund"}
    assert any(story.misbehave is None for story in told)
