"""What `make reconcile` shows a person, of what the services say."""

from __future__ import annotations

from pytest import CaptureFixture

from stack.reconcile import _print_repairs, print_reports

DIFFERENCE = {"class": "wrong_amount", "id": "R2", "detail": "credited 61", "what_to_do": "freeze", "repair": None}
REPORTS = [
    {
        **{"service": "order-service", "checked": 3, "in_flight": 1, "differences": []},
        **{"repaired": [{"class": "paid_at_channel", "id": "R1", "done": "asked"}], "left": []},
    },
    {
        **{"service": "account-service", "checked": 4, "in_flight": 0, "differences": [DIFFERENCE]},
        **{"repaired": [], "left": [{"class": "wrong_amount", "id": "R2", "why": "only a person can decide"}]},
    },
]


def test_repairs_come_first_and_the_count_comes_last(capsys: CaptureFixture[str]) -> None:
    _print_repairs(REPORTS)
    print_reports(REPORTS)

    assert capsys.readouterr().out.splitlines() == [
        "repaired paid_at_channel R1: asked",
        "left wrong_amount R2: only a person can decide",
        "order-service: 3 checked, 1 in flight",
        "account-service: 4 checked, 0 in flight",
        "difference wrong_amount R2: credited 61",
        "  what to do: freeze",
        "reconcile: 7 checked, 1 differences",
    ]


def test_without_repairs_nothing_is_said_of_them(capsys: CaptureFixture[str]) -> None:
    _print_repairs([{"service": "order-service"}])

    assert capsys.readouterr().out == ""
