"""Repairs: each once, audited before it is done, within a limit; what a person has to decide is left."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar

import pytest
from django.db.models.functions import Now
from pytest import MonkeyPatch

from flextx import reconciliation
from flextx.errors import Refusal
from flextx.operate import repairing
from flextx.operate.models import OperatorAction
from flextx.operate.repairing import Repairs, compare_until_settled, repair
from flextx.reconciliation import Difference, Findings, declare

pytestmark = pytest.mark.usefixtures("shop")


class NotNow(Refusal):
    """It cannot be mended now."""

    code: ClassVar = "not_now"


@pytest.fixture
def mended(monkeypatch: MonkeyPatch) -> list[str]:
    """The ids that were mended. `broken` can be, `stuck` never, `defect` dies of it, `odd` is for people."""
    monkeypatch.setattr(reconciliation, "_classes", {})
    done: list[str] = []
    for name, how in (("broken", mends(done)), ("stuck", refuses), ("defect", dies), ("odd", None)):
        declare(name, meaning="m", what_to_do=f"look at {{id}} ({name})", repair=how)
    return done


def mends(done: list[str]) -> Callable[[str], str]:
    def mend(identity: str) -> str:
        assert OperatorAction.objects.filter(subject=f"broken-{identity}", action="repair").exists()
        done.append(identity)
        return "mended"

    return mend


def refuses(identity: str) -> str:
    raise NotNow()


def dies(identity: str) -> str:
    raise RuntimeError("a defect")


def audited() -> list[tuple[str, str, str, object]]:
    return list(OperatorAction.objects.order_by("id").values_list("subject", "who", "why", "after"))


def test_each_difference_tells_what_to_do_with_it(mended: list[str]) -> None:
    told = [Difference(name, "7", "d").as_json() for name in ("broken", "odd")]

    assert [(one["what_to_do"], one["repair"]) for one in told] == [
        ("look at 7 (broken)", "safe"),
        ("look at 7 (odd)", None),
    ]


def test_what_is_safe_is_repaired_and_the_rest_is_left(mended: list[str]) -> None:
    """The audit row is there before the repair is done; a refusal does not end the others."""
    found = [Difference(name, "1", f"{name} is wrong") for name in ("odd", "stuck", "broken")]

    repairs = repair(found)

    assert mended == ["1"]
    assert repairs.as_json() == {
        "repaired": [{"class": "broken", "id": "1", "done": "mended"}],
        "left": [
            {"class": "odd", "id": "1", "why": "only a person can decide"},
            {"class": "stuck", "id": "1", "why": "It cannot be mended now."},
        ],
    }
    assert audited() == [
        ("stuck-1", "reconcile", "stuck is wrong", {"refused": "not_now"}),
        ("broken-1", "reconcile", "broken is wrong", {"done": "mended"}),
    ]


def test_the_same_is_not_repaired_again_within_a_minute(mended: list[str]) -> None:
    """Fault tried: _repaired_lately left out."""
    found = [Difference("broken", "1", "d"), Difference("stuck", "1", "d")]
    repair(found)

    again = repair(found)

    assert mended == ["1"]
    assert [one.name for one, _ in again.left] == ["broken", "stuck"]
    OperatorAction.objects.update(done_at=Now() - timedelta(seconds=61))
    repair(found)
    assert mended == ["1", "1"]


def test_no_more_than_a_limit_is_repaired_at_once(mended: list[str], monkeypatch: MonkeyPatch) -> None:
    """Fault tried: the limit not looked at."""
    monkeypatch.setattr(repairing, "REPAIRS_MAX", 2)

    repairs = repair([Difference("broken", str(number), "d") for number in range(3)])

    assert mended == ["0", "1"]
    assert [(one.id, why) for one, why in repairs.left] == [("2", "2 were repaired: run it again")]


def test_a_repair_that_dies_has_left_its_trace(mended: list[str]) -> None:
    with pytest.raises(RuntimeError, match="a defect"):
        repair([Difference("defect", "1", "d")])

    assert audited() == [("defect-1", "reconcile", "d", None)]


def test_it_is_compared_again_until_what_was_repaired_is_gone(mended: list[str], monkeypatch: MonkeyPatch) -> None:
    """Fault tried: compared once; waiting for what was left as well."""
    monkeypatch.setattr(repairing, "_LOOK_AGAIN_SECONDS", 0)
    looks = itertools.count(1)

    def compare() -> Findings:
        findings = Findings()
        findings.differs("odd", "1", "d")
        if next(looks) < 3:
            findings.differs("broken", "1", "d")
        return findings

    repairs = Repairs(done=[(Difference("broken", "1", "d"), "mended")])

    settled = compare_until_settled(compare, repairs, seconds=60)
    assert ([one.name for one in settled.differences], next(looks)) == (["odd"], 4)

    never = Repairs(done=[(Difference("odd", "1", "d"), "mended")])
    assert [one.name for one in compare_until_settled(compare, never, seconds=0).differences] == ["odd"]
