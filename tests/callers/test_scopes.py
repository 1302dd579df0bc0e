"""Who may call what, asked of every operation in both services' OpenAPI documents."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import pytest

from stack.keys import make_keys, public_jwk, signing_key
from stack.layout import Layout
from stack.tokens import AUDIENCE, ISSUER, mint
from tests.system.world import World

SERVICES = ("ORDER", "ACCOUNT")
Operation = tuple[str, str, list[str]]
"""(method, url, scopes)"""


def operations(world: World, service: str) -> Iterator[Operation]:
    """Every one that wants a token, with something in the place of its ids. Without scopes it is for nobody."""
    base = world.env[f"{service}_URL"]
    _, document = world.call("GET", f"{base}/api/schema/")
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if {} not in operation.get("security", [{}]):
                place = path.replace("{action}", "retry").replace("{incident_id}", "1")
                yield method.upper(), base + re.sub(r"\{\w+\}", str(uuid4()), place), operation.get("x-scopes", [])


def answer(world: World, operation: Operation, token: str | None) -> tuple[int, str]:
    method, url, _ = operation
    body = {"json": {"reason": "mine"}, "headers": {"Idempotency-Key": uuid4().hex}} if method == "POST" else {}
    status, told = world.call(method, url, token=token, **body)
    return status, told.get("code", "")


def what_operators_change(world: World) -> list[Any]:
    return [
        world.rows("order", "SELECT room_id, status FROM rooms_room ORDER BY 1"),
        world.rows("order", "SELECT host_id FROM rooms_bannedhost ORDER BY 1"),
        world.rows("order", "SELECT count(*) FROM flextx_operate_operatoraction"),
        world.rows("order", "SELECT count(*) FROM undo_lists_undolist"),
        world.rows("account", "SELECT count(*) FROM ledger_freezemove"),
    ]


@pytest.mark.parametrize("scope", ["user", "service"])
def test_a_token_of_another_scope_is_refused_everywhere_and_changes_nothing(world: World, scope: str) -> None:
    """Fault tried: `permission_classes` left out of a view: IsAuthenticated lets everybody in."""
    token, before = world.token("u-1", scope), what_operators_change(world)
    for service in SERVICES:
        forbidden = [one for one in operations(world, service) if scope not in one[2]]
        assert {answer(world, one, token) for one in forbidden} == {(403, "permission_denied")}
        print(f"{service.lower()} service: {len(forbidden)} operations are not for the scope {scope}")
    assert what_operators_change(world) == before


def test_every_operation_wants_a_token_of_this_system_and_for_this_service(world: World, tmp_path: Path) -> None:
    make_keys(tmp_path)
    elsewhere = mint(tmp_path, subject="op-1", scope="operator")
    for service, other in zip(SERVICES, reversed(AUDIENCE), strict=True):
        for one in operations(world, service):
            assert answer(world, one, None) == (401, "not_authenticated")
            assert answer(world, one, elsewhere) == (401, "authentication_failed")
            assert answer(world, one, for_one_service(world, other)) == (401, "authentication_failed")


def for_one_service(world: World, audience: str) -> str:
    """This system's own key has signed it, for the other service."""
    now, secrets = int(time.time()), Layout(world.run_dir).secrets
    claims = {"iss": ISSUER, "aud": [audience], "sub": "op-1", "scope": "operator", "iat": now, "exp": now + 60}
    return jwt.encode(claims, signing_key(secrets), algorithm="EdDSA", headers={"kid": public_jwk(secrets)["kid"]})
