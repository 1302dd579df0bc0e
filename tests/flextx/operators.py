"""HTTP with a token, as users and operators speak it to the shop."""

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

from tests.flextx import tokens
from tests.flextx.tokens import good_claims, signed

KEY = tokens.ed25519_key()


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any

    def says(self, status: int, code: str | None = None) -> Any:
        assert self.status == status, (self.status, self.body)
        assert code is None or self.body["code"] == code, self.body
        return self.body


@dataclass(frozen=True)
class Person:
    subject: str
    scope: str = "operator"

    def get(self, path: str) -> Answer:
        return _answer(Client(raise_request_exception=False).get(f"/api/v1/{path}", headers=self._token()))

    def post(self, path: str, **body: Any) -> Answer:
        client = Client(raise_request_exception=False)
        raw = json.dumps(body)
        return _answer(client.post(f"/api/v1/{path}", raw, content_type="application/json", headers=self._token()))

    def _token(self) -> dict[str, str]:
        claims = good_claims() | {"sub": self.subject, "scope": self.scope}
        return {"Authorization": f"Bearer {signed(KEY, 'key-1', claims)}"}


def _answer(response: Any) -> Answer:
    return Answer(response.status_code, json.loads(response.content))


OPERATOR, SECOND = Person("op-1"), Person("op-2")
USER, STRANGER = Person("u-1", "user"), Person("u-2", "user")
