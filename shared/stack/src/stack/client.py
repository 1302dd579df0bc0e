"""A JSON client for the system's own public API: what demo uses, and nothing that a stranger could not."""

import json
from typing import Any

import urllib3

from stack.errors import Failure

TIMEOUT = urllib3.Timeout(connect=3, read=15)


class Client:
    def __init__(self) -> None:
        self._http = urllib3.PoolManager(retries=False, timeout=TIMEOUT)

    def get(self, url: str, *, token: str | None = None) -> Any:
        return self._call("GET", url, token=token, body=None, headers={})

    def post(self, url: str, body: object, *, token: str | None = None, headers: dict[str, str] | None = None) -> Any:
        return self._call("POST", url, token=token, body=body, headers=headers or {})

    def _call(self, method: str, url: str, *, token: str | None, body: object, headers: dict[str, str]) -> Any:
        sent = {"Accept": "application/json", **headers}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        try:
            response = self._http.request(method, url, json=body, headers=sent, redirect=False)
            answer = json.loads(response.data)
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise Failure(f"{method} {url}: {error}") from error
        if not 200 <= response.status < 300:
            raise Failure(f"{method} {url} answered {response.status}: {answer}")
        return answer
