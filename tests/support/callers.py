"""HTTP as callers speak it, through every layer of the service under test: middleware, routing, views, refusals."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.test import Client

from stack.tokens import mint


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes

    def json(self, status: int = 200) -> Any:
        assert self.status == status, (self.status, self.content)
        return json.loads(self.content)

    def refuses(self, status: int, code: str) -> Any:
        """A problem of exactly this status and code."""
        problem = self.json(status)
        assert self.headers["Content-Type"] == "application/problem+json"
        assert set(problem) == {"type", "title", "status", "code", "detail", "errors", "request_id"}
        assert (problem["status"], problem["code"]) == (status, code)
        return problem


@dataclass(frozen=True)
class Caller:
    """Somebody with a token."""

    subject: str
    scope: str = "user"

    @property
    def authorization(self) -> dict[str, str]:
        folder = Path(os.environ["AUTH_JWKS_FILE"]).parent
        return {"Authorization": f"Bearer {mint(folder, subject=self.subject, scope=self.scope)}"}

    def get(self, path: str) -> Answer:
        return get(path, **self.authorization)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return post(path, raw, **(self.authorization | headers))


def get(path: str, **headers: str) -> Answer:
    response = Client(raise_request_exception=False).get(path, headers=headers)
    return Answer(response.status_code, dict(response.headers), response.content)


def post(path: str, raw: bytes, content_type: str = "application/json", **headers: str) -> Answer:
    client = Client(raise_request_exception=False)
    response = client.post(path, raw, content_type=content_type, headers=headers)
    return Answer(response.status_code, dict(response.headers), response.content)
