"""A JSON client for the system's own public API: what demo uses, and nothing that a stranger could not."""

import json
from typing import Any

import urllib3

from stack.errors import Failure

TIMEOUT = urllib3.Timeout(connect=3, read=15)


class NoAnswer(Failure):
    """Nobody knows whether it was done: only a request that may be repeated can be asked again."""


class Client:
    """May be shared by threads; up to `at_once` connections are kept."""

    def __init__(self, *, at_once: int = 1) -> None:
        self._http = urllib3.PoolManager(retries=False, timeout=TIMEOUT, maxsize=at_once)

    def get(self, url: str, *, token: str | None = None) -> Any:
        return self._call("GET", url, token=token, body=None, headers={})

    def post(self, url: str, body: object, *, token: str | None = None, headers: dict[str, str] | None = None) -> Any:
        return self._call("POST", url, token=token, body=body, headers=headers or {})

    def answer(
        self,
        method: str,
        url: str,
        *,
        token: str | None = None,
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Any]:
        """(status, JSON), whatever the status is. Raises NoAnswer."""
        sent = {"Accept": "application/json", **(headers or {})}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        try:
            response = self._http.request(method, url, json=body, headers=sent, redirect=False)
            return response.status, json.loads(response.data)
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise NoAnswer(f"{method} {url}: {error}") from error

    def _call(self, method: str, url: str, *, token: str | None, body: object, headers: dict[str, str]) -> Any:
        status, answer = self.answer(method, url, token=token, body=body, headers=headers)
        if not 200 <= status < 300:
            raise Failure(f"{method} {url} answered {status}: {answer}")
        return answer
