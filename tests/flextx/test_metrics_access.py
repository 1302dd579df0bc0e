"""Who may read `/metrics`: a monitor on this machine, or one with an operator's or a service's token."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.flextx.operators import OPERATOR, USER, Person

pytestmark = pytest.mark.usefixtures("shop", "doors_open")


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_who_comes_through_a_proxy_is_not_on_this_machine(header: str) -> None:
    """Fault tried: only X-Forwarded-For looked at."""
    refused(Client().get("/metrics", headers={header: "127.0.0.1"}), 401)


@pytest.mark.parametrize("address", ["203.0.113.7", "", "10.0.0.1", "::ffff:203.0.113.7"])
def test_who_comes_from_elsewhere_needs_a_token(address: str) -> None:
    """Fault tried: `is_private` instead of `is_loopback`."""
    elsewhere = Client(REMOTE_ADDR=address)
    refused(elsewhere.get("/metrics"), 401)
    refused(elsewhere.get("/metrics", headers={"Authorization": "Bearer nonsense"}), 401)
    refused(elsewhere.get("/metrics", headers=USER._token()), 403)
    for reader in (OPERATOR, Person("monitor", "service")):
        assert elsewhere.get("/metrics", headers=reader._token()).status_code == 200


def test_a_token_decides_also_on_this_machine() -> None:
    """Fault tried: the loopback asked first."""
    refused(Client().get("/metrics", headers=USER._token()), 403)


def test_figures_are_only_read() -> None:
    answer = Client().post("/metrics")
    refused(answer, 405)
    assert answer["Allow"] == "GET, HEAD"


def refused(response: Any, status: int) -> None:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert b"flextx_" not in response.content
