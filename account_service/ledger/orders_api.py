"""The order service's completed orders and gifts, as reconciliation needs them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from django.core.management.base import CommandError
from pydantic import AwareDatetime, BaseModel, ValidationError

from account_service.ledger.order_service_api import listed

Entry = TypeVar("Entry", bound=BaseModel)


class CompletedOrder(BaseModel):
    order_no: str
    owner_id: str
    coins: int
    status: str
    completed_at: AwareDatetime


class ListedGift(BaseModel):
    gift_id: str
    sender_id: str
    host_id: str
    coins: int
    litchi: int
    status: str


def completed_orders() -> Iterator[CompletedOrder]:
    """Every order that was ever paid in time, newest first. Raises CommandError when the order service cannot tell."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)  # everything completed: only such orders have the time asked for
    return _read(CompletedOrder, "orders", completed_before=tomorrow.isoformat())


def gifts() -> Iterator[ListedGift]:
    """Every gift, newest first. Raises CommandError when the order service cannot tell."""
    return _read(ListedGift, "gifts")


def _read(entry: type[Entry], path: str, **query: str) -> Iterator[Entry]:
    for one in listed(path, **query):
        try:
            yield entry.model_validate(one)
        except ValidationError as failed:
            raise CommandError(f"the order service's {path} cannot be read: {failed}") from failed
