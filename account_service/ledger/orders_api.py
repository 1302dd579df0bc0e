"""The order service's completed orders, over its public API. Used by reconciliation only, never within a request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import urllib3
from django.core.management.base import CommandError
from pydantic import AwareDatetime, BaseModel, ValidationError

from flextx import environment as env

_TIMEOUT = urllib3.Timeout(connect=3, read=20)
_PAGE = 200
_PAGES_MAX = 50_000


class CompletedOrder(BaseModel):
    order_no: str
    owner_id: str
    coins: int
    status: str
    completed_at: AwareDatetime


class _Page(BaseModel):
    results: list[CompletedOrder]
    next: str | None


def completed_orders() -> Iterator[CompletedOrder]:
    """Every order that was ever paid in time, newest first. Raises CommandError when the order service cannot tell."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)  # everything completed: only such orders have the time asked for
    query = urlencode({"completed_before": tomorrow.isoformat(), "limit": _PAGE})
    url: str | None = f"{env.text('ORDER_URL')}/api/v1/orders?{query}"
    http = urllib3.PoolManager(headers={"Authorization": f"Bearer {env.secret('SERVICE_TOKEN_FILE')}"})
    for _ in range(_PAGES_MAX):
        if url is None:
            return
        page = _get(http, url)
        yield from page.results
        url = page.next
    raise CommandError(f"more than {_PAGES_MAX * _PAGE} completed orders: reconcile a part of them")


def _get(http: urllib3.PoolManager, url: str) -> _Page:
    try:
        response = http.request("GET", url, timeout=_TIMEOUT, retries=3, redirect=False)
        if response.status != 200:
            raise CommandError(f"the order service answered {response.status} to {url}: nothing was compared")
        return _Page.model_validate_json(response.data)
    except (urllib3.exceptions.HTTPError, ValidationError) as failed:
        raise CommandError(f"the order service's orders cannot be read: {failed}") from failed
