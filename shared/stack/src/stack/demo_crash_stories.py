"""What the people of `make demo-crash` are going to do, all of it drawn from the seed before it begins."""

import random
from dataclasses import dataclass
from typing import Any, Literal

PEOPLE = 20
HASTY = 0.3
Intention = Literal["keep", "gift", "undo", "refund"]
# (weight, how the payment misbehaves); None: never paid.
PAYMENTS: list[tuple[int, dict[str, Any] | None]] = [
    (10, None),
    (30, {}),
    (25, {"duplicate": 2}),
    (15, {"delay_seconds": 1.5}),
    (15, {"duplicate": 1, "delay_seconds": 0.7}),
    (5, {"second_trade": True}),
]
INTENTIONS: list[tuple[int, Intention]] = [(15, "keep"), (45, "gift"), (20, "undo"), (20, "refund")]
# How the channel behaves when the payment is to be refunded.
REFUNDS: list[tuple[int, dict[str, Any]]] = [(40, {}), (30, {"refund_unknown": 1}), (30, {"refund_fail": True})]
GIFTS = [(80, ("cake", 1)), (10, ("rose", 3)), (10, ("rocket", 999))]  # the last is more than anybody has
ROOMS = ("room-1", "room-2", "room-3")
PRODUCTS = ("coins-60", "coins-600", "coins-3000")


@dataclass(frozen=True, slots=True)
class Story:
    """One order and what is done with its coins: after they came, or at once by the `hasty`.

    `misbehave` None: it is never paid. `at_seconds` counts from the beginning, `think_seconds` from the step before.
    """

    at_seconds: float
    key: str
    buyer: int
    product_id: str
    misbehave: dict[str, Any] | None
    intention: Intention
    hasty: bool
    think_seconds: float
    room_id: str
    gift_product_id: str
    count: int


def stories(seed: int, *, duration_seconds: int, rate: int) -> list[Story]:
    draw = random.Random(f"stories {seed}")  # nosec B311 - to be repeated, not to be a secret
    return [_story(draw, number, number / rate) for number in range(duration_seconds * rate)]


def _story(draw: random.Random, number: int, at_seconds: float) -> Story:
    misbehave, intention = _one_of(draw, PAYMENTS), _one_of(draw, INTENTIONS)
    refund = _one_of(draw, REFUNDS)
    if misbehave is not None and intention == "refund" and "second_trade" not in misbehave:
        misbehave = misbehave | refund
    gift_product_id, count = _one_of(draw, GIFTS)
    return Story(
        at_seconds=at_seconds,
        key=f"story-{number}",
        buyer=draw.randrange(PEOPLE),
        product_id=draw.choice(PRODUCTS),
        misbehave=misbehave,
        intention=intention,
        hasty=draw.random() < HASTY,
        think_seconds=draw.uniform(0.2, 2.5),
        room_id=draw.choice(ROOMS),
        gift_product_id=gift_product_id,
        count=count,
    )


def _one_of(draw: random.Random, weighted: list[tuple[int, Any]]) -> Any:
    weights, choices = zip(*weighted, strict=True)
    return draw.choices(choices, weights)[0]
