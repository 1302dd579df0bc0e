"""Waiting longer after each failure, up to a cap: uncapped doubling reaches months."""

import random


def backoff_seconds(tries: int, *, first_seconds: float, seconds_max: float) -> float:
    """Seconds to wait after failure number `tries` (1, 2, ...): doubled each time, capped, -20 % jitter.

    The jitter keeps workers that failed together from coming back together.
    """
    doubled = first_seconds * 2.0 ** min(tries - 1, 30)
    return min(doubled, seconds_max) * random.uniform(0.8, 1.0)  # nosec B311 - no secret is made of it
