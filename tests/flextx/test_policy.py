"""The one typed execution policy: capped doubling, or a staircase of waits that are written out."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from flextx.policy import Policy

STAIRS = Policy(tries_max=6, delays_seconds=(5, 25, 30.5))


def test_a_staircase_is_gone_up_step_by_step_and_its_last_wait_repeats() -> None:
    """Fault tried: the delay after failure n read at n instead of n - 1."""
    assert [STAIRS.wait_seconds(tries) for tries in (1, 2, 3, 4, 5)] == [5, 25, 30.5, 30.5, 30.5]


def test_without_a_staircase_waits_double_up_to_the_cap() -> None:
    policy = Policy(retry_first_seconds=10, retry_seconds_max=40)

    for tries, seconds in ((1, 10), (2, 20), (3, 40), (4, 40)):
        assert seconds * 0.8 <= policy.wait_seconds(tries) <= seconds


def test_a_policy_survives_the_row_it_is_stored_in() -> None:
    assert Policy.model_validate(json.loads(json.dumps(STAIRS.model_dump()))) == STAIRS


def test_a_policy_stored_before_there_were_staircases_is_still_read() -> None:
    stored = {name: value for name, value in Policy().model_dump().items() if name != "delays_seconds"}

    assert Policy.model_validate(stored) == Policy()


@pytest.mark.parametrize(
    "wrong", [{"delays_seconds": (5, 0)}, {"delays_seconds": (5, -1)}, {"tries_max": 3, "delays_seconds": (1, 2, 3)}]
)
def test_a_wait_that_is_none_or_never_reached_is_refused(wrong: dict[str, object]) -> None:
    """Fault tried: the comparison with tries_max left out."""
    with pytest.raises(ValidationError):
        Policy.model_validate(wrong)
