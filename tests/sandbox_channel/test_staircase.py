"""When the next attempt comes."""

import pytest

from sandbox_channel.staircase import DEFAULT, Staircase


def test_the_last_step_repeats_until_a_day_is_covered() -> None:
    # Fails if the cap is computed without the steps' own sum. Tried.
    stairs = Staircase.parse(DEFAULT)
    delays = [stairs.delay_after(attempts) for attempts in range(1, stairs.attempts_max)]
    assert delays[:10] == [1, 1, 2, 3, 5, 5, 10, 30, 60, 60]
    assert 86_400 <= sum(delay or 0 for delay in delays) < 86_400 + 60
    assert stairs.delay_after(stairs.attempts_max) is None


def test_a_staircase_longer_than_a_day_is_walked_once() -> None:
    stairs = Staircase.parse("50000,50000")
    assert [stairs.delay_after(attempts) for attempts in (1, 2, 3)] == [50_000, 50_000, None]


@pytest.mark.parametrize("text", ["", "a", "1,,2", "0", "-1", "nan", "inf", "86401", "0.001", "1," * 100 + "1"])
def test_what_is_no_staircase_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Staircase.parse(text)
