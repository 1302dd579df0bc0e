"""idempotency.answers: a refusal takes back what was written, and is an answer like any other."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from flextx.idempotency.models import StoredAnswer
from flextx.idempotency.sql import TRY_LOCK
from flextx.outbox.models import OutboxMessage
from tests.flextx import tokens
from tests.flextx.shop.models import Thing
from tests.flextx.tokens import good_claims, public_jwk, signed, write_keys
from tests.support.threads import held_open

KEY = tokens.ed25519_key()
Told = tuple[int, dict[str, str], bytes]

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture(autouse=True)
def jwks(tmp_path: Path, settings: Settings) -> Iterator[None]:
    file = tmp_path / "jwks.json"
    write_keys(file, public_jwk(KEY, "key-1"))
    settings.FLEXTX = settings.FLEXTX | {"AUTH_JWKS_FILE": str(file)}
    yield


def once(name: str, *, key: str = "k-1", scope: str = "user") -> Told:
    headers = {
        "Authorization": f"Bearer {signed(KEY, 'key-1', good_claims() | {'scope': scope})}",
        "Idempotency-Key": key,
    }
    response = Client().post("/once", {"name": name}, "application/json", headers=headers)
    return response.status_code, dict(response.headers), response.content


def test_a_refusal_takes_back_what_was_written_and_is_the_answer_ever_after() -> None:
    """Fault tried: no savepoint around what is done."""
    first, again = once("unsold"), once("unsold")

    assert (first[0], json.loads(first[2])["code"]) == (409, "not_on_sale")
    assert (again[0], again[2], again[1]["Idempotent-Replayed"]) == (409, first[2], "true")
    assert first[1]["Content-Type"] == again[1]["Content-Type"] == "application/problem+json"
    assert (Thing.objects.count(), OutboxMessage.objects.count(), StoredAnswer.objects.count()) == (0, 0, 1)


def test_whoever_comes_while_it_is_done_is_told_at_once_and_changes_nothing() -> None:
    """Fault tried: pg_advisory_xact_lock instead of the try."""
    scope = json.dumps([f"user:{good_claims()['sub']}", "POST", "once", "k-1"])
    with held_open(lambda: _lock(scope)):
        status, headers, body = once("cup")
        assert (status, json.loads(body)["code"], headers["Retry-After"]) == (409, "request_under_way", "1")
        assert once("cup", key="k-2")[0] == 201  # another key waits for nobody

    assert once("cup")[0] == 201
    assert Thing.objects.get().version == 2


def test_a_key_is_a_callers_own() -> None:
    assert [once("cup")[0], once("cup", scope="operator")[0], once("cup")[0]] == [201, 201, 201]
    assert Thing.objects.get().version == 2


def _lock(scope: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TRY_LOCK, [scope])
        assert cursor.fetchone() == (True,)
