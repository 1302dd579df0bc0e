"""The order service's public API: its lists and one request. Used by reconciliation only, never within a request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

import urllib3
from django.core.management.base import CommandError

from flextx import environment as env
from flextx.errors import Refusal

_TIMEOUT = urllib3.Timeout(connect=3, read=20)
_PAGE = 200
_PAGES_MAX = 50_000


def listed(path: str, **query: str) -> Iterator[dict[str, Any]]:
    """Every entry of a list, page by page. Raises CommandError when the order service cannot tell."""
    url: str | None = f"{env.text('ORDER_URL')}/api/v1/{path}?{urlencode({**query, 'limit': _PAGE})}"
    http = _client(env.text("SERVICE_TOKEN_FILE"))
    for _ in range(_PAGES_MAX):
        if url is None:
            return
        page = _get(http, url)
        yield from page["results"]
        url = page["next"]
    raise CommandError(f"more than {_PAGES_MAX * _PAGE} {path}: reconcile a part of them")


class NotAnnounced(Refusal):
    """The order service did not announce the order again."""

    code: ClassVar = "not_announced"


def announce_again(order_no: str) -> str:
    """Ask for the order's OrderCompleted to be sent again. Raises NotAnnounced with the order service's own words."""
    url = f"{env.text('ORDER_URL')}/api/v1/orders/{quote(order_no, safe='')}/announce"
    body = json.dumps({"reason": "reconcile: its credit is missing"}).encode()
    http = _client(env.text("SERVICE_TOKEN_FILE"))
    headers = {**http.headers, "Content-Type": "application/json"}
    try:
        response = http.request("POST", url, body=body, headers=headers, timeout=_TIMEOUT, retries=False)
        if response.status != 200:
            raise NotAnnounced(f"the order service answered {response.status}: {json.loads(response.data)['detail']}")
    except (urllib3.exceptions.HTTPError, ValueError, TypeError, KeyError) as failed:
        raise NotAnnounced(f"the order service did not answer: {failed}") from failed
    return "the order service sends OrderCompleted again"


@lru_cache(maxsize=4)
def _client(token_file: str) -> urllib3.PoolManager:
    """The file is read once: it may be a pipe, which gives the token only to the first reader."""
    return urllib3.PoolManager(headers={"Authorization": f"Bearer {env.secret('SERVICE_TOKEN_FILE')}"})


def _get(http: urllib3.PoolManager, url: str) -> dict[str, Any]:
    try:
        response = http.request("GET", url, timeout=_TIMEOUT, retries=3, redirect=False)
        if response.status != 200:
            raise CommandError(f"the order service answered {response.status} to {url}: nothing was compared")
        page = json.loads(response.data)
        return {"results": list(page["results"]), "next": page["next"]}
    except (urllib3.exceptions.HTTPError, ValueError, TypeError, KeyError) as failed:
        raise CommandError(f"the order service's answer to {url} cannot be read: {failed}") from failed
