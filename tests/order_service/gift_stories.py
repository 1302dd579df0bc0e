"""Gifts in the order service alone: the account service's answers are made up, everything else is real."""

from __future__ import annotations

import itertools
from typing import Any
from uuid import UUID

from contracts import ChargeGift, SettleGift
from flextx.saga.models import Run
from flextx.testing import expect_saga
from order_service.gifts.models import Gift, GiftMove
from order_service.rooms.models import FeedEvent
from tests.order_service.stories import Person
from tests.support.callers import Answer

SENDER = Person("u-1")
OPERATOR = Person("op-1", "operator")
_numbers = itertools.count(1)


def sends(person: Person = SENDER, key: str | None = None, **wanted: Any) -> Answer:
    """`POST /api/v1/gifts`: two cakes in room-1, unless something else is wanted."""
    body = {"room_id": "room-1", "gift_product_id": "cake", "count": 2, "comment": "for you"} | wanted
    return person.post("/api/v1/gifts", body, **{"Idempotency-Key": key or f"gift-{next(_numbers)}"})


def has_sent(**wanted: Any) -> Gift:
    """Accepted; the charge is asked for."""
    return Gift.objects.get(gift_id=sends(**wanted).json(202)["gift_id"])


def sent() -> Gift:
    """Charged, shown and settled."""
    gift = has_sent()
    path = [(ChargeGift, "applied"), ("deliver", "applied"), (SettleGift, "applied")]
    expect_saga(run_of(gift), path=path, ends="done")
    gift.refresh_from_db()
    return gift


def run_of(gift: Gift) -> Run:
    return run(gift.run_id)


def run(run_id: UUID | None) -> Run:
    return Run.objects.get(run_id=run_id)


def shown(gift: Gift) -> list[str]:
    """What viewers saw of it, in order."""
    return list(FeedEvent.objects.filter(gift_id=gift.gift_id).order_by("seq").values_list("kind", flat=True))


def moves_of(gift: Gift) -> list[tuple[str, str, str]]:
    rows = GiftMove.objects.filter(gift=gift).order_by("id")
    return [(row.from_status, row.to_status, row.who) for row in rows]
