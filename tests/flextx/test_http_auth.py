"""http.auth: only a fresh token for this service, signed with a key we know by its own algorithm, is let in."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client
from pytest_django import Settings

from tests.flextx import tokens
from tests.flextx.tokens import PrivateKey, good_claims, public_jwk, signed, write_keys

KEY, OTHER_KEY, RSA_KEY = tokens.ed25519_key(), tokens.ed25519_key(), tokens.rsa_key()


@pytest.fixture(autouse=True)
def jwks(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """Two keys are active: one for each algorithm."""
    file = tmp_path / "jwks.json"
    write_keys(file, public_jwk(KEY, "key-1"), public_jwk(RSA_KEY, "key-2"))
    settings.FLEXTX = settings.FLEXTX | {"AUTH_JWKS_FILE": str(file)}
    yield file


def get(path: str, token: str | None) -> HttpResponseBase:
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    return Client(raise_request_exception=False).get(path, headers=headers)


def status(token: str) -> int:
    return get("/me", token).status_code


def with_claims(**changes: Any) -> str:
    """A token that is good but for these claims; None takes one out."""
    claims = good_claims() | changes
    return signed(KEY, "key-1", {name: value for name, value in claims.items() if value is not None})


@pytest.mark.parametrize(("key", "kid"), [(KEY, "key-1"), (RSA_KEY, "key-2")])
def test_a_good_token_tells_who_calls(key: PrivateKey, kid: str) -> None:
    response = Client().get("/me", headers={"Authorization": f"Bearer {signed(key, kid, good_claims())}"})

    assert (response.status_code, response.json()) == (200, {"subject": "u-1", "scope": "user"})


def test_no_token_is_401_and_another_scope_403() -> None:
    """Fault tried: authenticate_header left out: 403; has_scope lets everybody in."""
    nobody, stranger = get("/me", None), get("/staff", with_claims())

    assert (nobody.status_code, nobody.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert stranger.status_code == 403
    assert get("/staff", with_claims(scope="operator")).status_code == 200
    assert get("/staff", None).status_code == 401
    for response in (nobody, stranger):
        assert response.headers["Content-Type"] == "application/problem+json"


NOW = int(time.time())


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"iat": NOW - 3700, "exp": NOW - 100}, id="expired"),
        pytest.param({"aud": ["another-service"]}, id="for another service"),
        pytest.param({"iss": "somebody"}, id="another issuer"),
        pytest.param({"exp": NOW + 3700, "iat": NOW - 10}, id="longer than an hour"),
        pytest.param({"iat": NOW + 600, "exp": NOW + 700}, id="from the future"),
        *(pytest.param({name: None}, id=f"without {name}") for name in ("iss", "aud", "sub", "scope", "iat", "exp")),
        pytest.param({"exp": str(NOW + 600)}, id="exp is text"),
        pytest.param({"exp": 1e999}, id="exp is endless"),
        pytest.param({"iat": "now"}, id="iat is text"),
        pytest.param({"sub": ""}, id="empty sub"),
        pytest.param({"sub": "u" * 101}, id="long sub"),
        pytest.param({"sub": "u\x00"}, id="NUL in sub"),
        pytest.param({"scope": "admin"}, id="unknown scope"),
        pytest.param({"scope": ["user"]}, id="scopes as a list"),
    ],
)
def test_a_token_with_wrong_claims_is_401(changes: dict[str, Any]) -> None:
    """Fault tried: each check of verified_caller and _caller taken out, and its case alone fails."""
    assert status(with_claims()) == 200
    assert status(with_claims(**changes)) == 401


def test_the_algorithm_is_the_keys_own() -> None:
    """Fault tried: the key chosen by the header's `alg`; no signature asked of `none`."""
    pem, raw = tokens.public_pem(RSA_KEY), KEY.public_key().public_bytes_raw()

    assert status(tokens.signed_with_secret(pem, "key-2", good_claims())) == 401
    assert status(tokens.signed_with_secret(raw, "key-1", good_claims())) == 401
    assert status(tokens.unsigned("key-1", good_claims())) == 401
    assert status(signed(RSA_KEY, "key-1", good_claims())) == 401
    assert status(signed(KEY, "key-2", good_claims())) == 401


def test_a_shared_secret_among_the_keys_is_not_used(jwks: Path) -> None:
    """Fault tried: _key_of without its look at ALGORITHMS."""
    secret = b"s" * 32
    shared = {"kty": "oct", "kid": "key-3", "alg": "HS256", "k": "c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3M"}
    write_keys(jwks, public_jwk(KEY, "key-1"), shared)

    assert status(with_claims()) == 200
    assert status(tokens.signed_with_secret(secret, "key-3", good_claims())) == 401


def test_unknown_keys_and_broken_tokens_are_401() -> None:
    """Fault tried: without a kid the first key is taken."""
    good = with_claims()
    head, body, signature = good.split(".")
    stranger = signed(OTHER_KEY, "key-1", good_claims())
    broken = [good[:-4] + "AAAA", f"{head}.{body}", f"{head}.{body}x.{signature}", "", "x.y.z", "ü", "a" * 9000]

    for token in (signed(KEY, "key-9", good_claims()), signed(KEY, None, good_claims()), stranger, *broken):
        assert status(token) == 401, token


def test_keys_are_rotated_without_a_restart(jwks: Path) -> None:
    """Fault tried: the file is read once."""
    old, new = with_claims(), signed(OTHER_KEY, "key-3", good_claims())
    assert (status(old), status(new)) == (200, 401)

    write_keys(jwks, public_jwk(KEY, "key-1"), public_jwk(OTHER_KEY, "key-3"))
    assert (status(old), status(new)) == (200, 200)

    write_keys(jwks, public_jwk(OTHER_KEY, "key-3"))
    assert (status(old), status(new)) == (401, 200)


def test_operators_and_services_see_everything_a_user_only_what_is_theirs() -> None:
    from flextx.http.auth import Caller

    assert Caller("u-1", "user").may_see("u-1") and not Caller("u-1", "user").may_see("u-2")
    assert Caller("op", "operator").may_see("u-2") and Caller("account-service", "service").may_see("u-2")
