"""Who may look: an operator. The token pasted into the form is kept in a cookie, and verified with every request."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import jwt
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.exceptions import AuthenticationFailed

from flextx.conf import flextx_settings
from flextx.http.auth import verified_caller

_COOKIE_BYTES_MAX = 3_500  # browsers drop a cookie of 4 KiB without a word


@dataclass(frozen=True, slots=True)
class Operator:
    """What the admin's pages ask of a user."""

    subject: str
    is_active: bool = True
    is_staff: bool = True
    is_anonymous: bool = False
    is_authenticated: bool = True
    has_usable_password: bool = False

    def get_username(self) -> str:
        return self.subject

    get_short_name = get_username


def operator_of_token(token: str) -> Operator:
    """Raises AuthenticationFailed, also for a good token of a user or a service."""
    if len(token) > _COOKIE_BYTES_MAX:
        raise AuthenticationFailed("The token is too long.")
    caller = verified_caller(token.encode())
    if caller.scope != "operator":
        raise AuthenticationFailed("This is for operators: the token's scope is another one.")
    return Operator(caller.subject)


def operator_of(request: HttpRequest) -> Operator | None:
    try:
        return operator_of_token(request.COOKIES.get(_cookie_name(), ""))
    except AuthenticationFailed:
        return None


def let_in(response: HttpResponseBase, token: str, path: str) -> None:
    """For as long as the token is good, and under this path only. The token was verified."""
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    response.set_cookie(
        _cookie_name(),
        token,
        max_age=max(0, int(claims["exp"] - time.time())),
        path=path,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def let_out(response: HttpResponseBase, path: str) -> None:
    response.delete_cookie(_cookie_name(), path=path, samesite="Strict")


def _cookie_name() -> str:
    """A service's own: on one machine two services share their cookies, whatever their ports."""
    return f"{flextx_settings().source}-operator"
