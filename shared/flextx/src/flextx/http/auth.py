"""Who calls: a bearer JWT checked against a JWKS file. Services hold public keys only.

Beyond the signature: the algorithm is the key's own, `iss`, `aud`, `sub`, `scope`, `iat` and `exp` must be there, and
a token lives for an hour at most. The file is read again when it changes, so keys can be rotated under load.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

import jwt
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from flextx.conf import flextx_settings

ALGORITHMS = ("EdDSA", "RS256")
LIFETIME_SECONDS_MAX = 3600
SCOPES = ("user", "operator", "service")
_TOKEN_LENGTH_MAX = 8_000


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever the token speaks for. `subject`: a person's or service's id; `scope`: what it may do."""

    subject: str
    scope: str
    is_authenticated: bool = True

    def may_see(self, owner_id: str) -> bool:
        """Operators and services see everything, a user only what is theirs."""
        return self.scope in ("operator", "service") or self.subject == owner_id


class BearerAuthentication(BaseAuthentication):
    """DRF authentication: no token passes as nobody, a bad one is 401."""

    def authenticate(self, request: Request) -> tuple[Caller, None] | None:
        kind, _, token = get_authorization_header(request).partition(b" ")
        if kind.lower() != b"bearer":
            return None
        return verified_caller(token.strip()), None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def verified_caller(token: bytes) -> Caller:
    """The caller of a good token. Raises AuthenticationFailed (401) without saying which check failed in detail."""
    if len(token) > _TOKEN_LENGTH_MAX:
        raise AuthenticationFailed("The token is too long.")
    try:
        key = _key_of(jwt.get_unverified_header(token).get("kid"))
        claims = jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            issuer=flextx_settings().auth_issuer,
            audience=flextx_settings().auth_audience,
            options={"require": ["iss", "aud", "sub", "scope", "iat", "exp"]},
        )
        return _caller(claims)
    except (jwt.PyJWTError, ValueError, TypeError) as bad:
        raise AuthenticationFailed("The token is not valid here: get a new one.") from bad


def _caller(claims: dict[str, Any]) -> Caller:
    if claims["exp"] - claims["iat"] > LIFETIME_SECONDS_MAX:
        raise AuthenticationFailed("The token is valid for more than an hour.")
    subject, scope = claims["sub"], claims["scope"]
    if not isinstance(subject, str) or not 0 < len(subject) <= 100 or "\x00" in subject or scope not in SCOPES:
        raise AuthenticationFailed("The token's sub or scope is not valid here.")
    return Caller(subject, scope)


def _key_of(kid: object) -> jwt.PyJWK:
    key = _JWKS.keys().get(str(kid))
    if key is None or key.algorithm_name not in ALGORITHMS:
        raise jwt.InvalidKeyError("unknown key")
    return key


class _JwksFile:
    """The keys by their id, read again whenever the file's time, size or inode changes."""

    def __init__(self) -> None:
        self._version: object = None
        self._keys: dict[str, jwt.PyJWK] = {}

    def keys(self) -> dict[str, jwt.PyJWK]:
        path = flextx_settings().auth_jwks_file
        status = os.stat(path)
        version = (path, status.st_mtime_ns, status.st_size, status.st_ino)
        if version != self._version:
            with open(path, encoding="utf-8") as file:
                keys = [jwt.PyJWK.from_dict(entry) for entry in json.load(file)["keys"]]
            self._keys, self._version = {str(key.key_id): key for key in keys}, version
        return self._keys


_JWKS = _JwksFile()


class _HasScope(BasePermission):
    scopes: tuple[str, ...] = ()

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.user, Caller) and request.user.scope in self.scopes


def has_scope(*scopes: str) -> type[BasePermission]:
    """A DRF permission: no token is 401, another scope 403."""
    return type("HasScope", (_HasScope,), {"scopes": scopes})


def caller_of(request: Request) -> Caller:
    """The caller of a request that a permission has let through."""
    if not isinstance(request.user, Caller):
        raise NotAuthenticated()
    return request.user
