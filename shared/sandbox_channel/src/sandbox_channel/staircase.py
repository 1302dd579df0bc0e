"""When a callback that was not acknowledged is sent again."""

from dataclasses import dataclass
from math import ceil, isfinite

DEFAULT = "1,1,2,3,5,5,10,30,60"
COVERED_SECONDS = 24 * 3600  # a payment company repeats for a day, then leaves it to the merchant to ask
STEPS_MAX = 100
STEP_SECONDS_MIN = 0.01  # keeps the number of attempts finite, whatever is configured
STEP_SECONDS_MAX = COVERED_SECONDS


@dataclass(frozen=True, slots=True)
class Staircase:
    """Waiting times in seconds; the last one repeats until the day is covered."""

    steps: tuple[float, ...]

    @classmethod
    def parse(cls, text: str) -> "Staircase":
        """`1,1,2.5,60` -> a staircase; ValueError says what is wrong."""
        steps = tuple(float(step) for step in text.split(","))
        if len(steps) > STEPS_MAX:
            raise ValueError(f"more than {STEPS_MAX} steps")
        for step in steps:
            if not isfinite(step) or not STEP_SECONDS_MIN <= step <= STEP_SECONDS_MAX:
                raise ValueError(f"{step} is not between {STEP_SECONDS_MIN} and {STEP_SECONDS_MAX} seconds")
        return cls(steps)

    @property
    def attempts_max(self) -> int:
        left = max(0.0, COVERED_SECONDS - sum(self.steps))
        return 1 + len(self.steps) + ceil(left / self.steps[-1])

    def delay_after(self, attempts: int) -> float | None:
        """Seconds until the next attempt when `attempts` have failed; None: there is no next one."""
        if attempts >= self.attempts_max:
            return None
        return self.steps[min(attempts, len(self.steps)) - 1]
