"""The order service's lists, over its public API. Used by reconciliation only, never within a request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import urllib3
from django.core.management.base import CommandError

from flextx import environment as env

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
