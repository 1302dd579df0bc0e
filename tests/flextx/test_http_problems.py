"""http.problems: whatever goes wrong is problem+json, and what a caller can send is never our fault."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from flextx.outbox.models import OutboxMessage
from flextx.tracing import new_traceparent

FIELDS = {"type", "title", "status", "code", "detail", "errors", "request_id"}


def answer(method: str, path: str, body: str | bytes = b"", **headers: str) -> tuple[int, str, dict[str, Any]]:
    """(status, code, the problem) of an answer that must be a well-formed problem"""
    content_type = headers.pop("content_type", "application/json")
    client = Client(raise_request_exception=False)
    response = client.generic(method, path, body, content_type=content_type, headers=headers)
    problem = json.loads(response.content)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert set(problem) == FIELDS and problem["status"] == response.status_code
    return response.status_code, problem["code"], problem


def post(body: str | bytes, **headers: str) -> tuple[int, str]:
    return answer("POST", "/things", body, **headers)[:2]


@pytest.mark.parametrize("path", ["/nowhere", "/things/a/b", "/things/a%00b", "/%00", "/me/"])
def test_an_address_that_matches_nothing_is_404(path: str) -> None:
    """Fault tried: handler404 left to Django (HTML); the middleware without its look for NUL."""
    assert answer("GET", path)[:2] == (404, "not_found")


def test_a_method_that_is_not_there_is_405() -> None:
    client = Client(raise_request_exception=False)
    assert answer("DELETE", "/things/cup")[:2] == (405, "method_not_allowed")
    assert client.delete("/things/cup").headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param('{"name": ', (400, "parse_error"), id="broken"),
        pytest.param(b'{"name": "\xff"}', (400, "parse_error"), id="not UTF-8"),
        pytest.param("[" * 50_000, (400, "parse_error"), id="50,000 levels of lists"),
        pytest.param('{"a":' * 10_000, (400, "parse_error"), id="10,000 levels of objects"),
        pytest.param('["name"]', (400, "parse_error"), id="a list"),
        pytest.param("null", (400, "parse_error"), id="null"),
        pytest.param("NaN", (400, "parse_error"), id="NaN"),
        pytest.param('{"name": "a\\u0000b"}', (400, "invalid"), id="NUL in a value"),
        pytest.param('{"name": "\\ud800"}', (400, "parse_error"), id="half a letter"),
        pytest.param('{"name": {"$ne": 1}}', (400, "invalid"), id="another type"),
        pytest.param('{"name": "' + "x" * 70_000 + '"}', (413, "too_large"), id="too large"),
        pytest.param("{}", (400, "invalid"), id="empty"),
    ],
)
def test_a_body_that_cannot_be_taken_is_the_callers_fault(body: str | bytes, expected: tuple[int, str]) -> None:
    """Fault tried: ObjectParser without RecursionError, without its check for an object."""
    assert post(body) == expected
    assert OutboxMessage.objects.count() == 0


def test_another_content_type_is_415() -> None:
    assert post("name=cup", content_type="text/plain") == (415, "unsupported_media_type")


def test_what_is_wrong_with_each_field_is_named() -> None:
    """Fault tried: _field_errors without its path."""
    problem = answer("POST", "/things", '{"parts": [1, "two"]}')[2]

    assert [(e["field"], e["code"]) for e in problem["errors"]] == [("name", "required"), ("parts.1", "invalid")]
    assert all(error["message"] for error in problem["errors"])


def test_a_refusal_has_its_code_and_a_defect_is_500_without_details() -> None:
    """Fault tried: handler500 left to Django; the refusal's status ignored."""
    assert answer("GET", "/things/unsold")[:2] == (409, "not_on_sale")
    status, code, problem = answer("GET", "/things/defect")
    assert (status, code) == (500, "internal_error") and "a defect of ours" not in json.dumps(problem)


@pytest.mark.usefixtures("shop")
def test_while_the_database_is_away_it_is_503_and_nothing_was_decided() -> None:
    """Fault tried: problem_handler without RETRY_ALL."""
    with database_away():
        response = Client(raise_request_exception=False).post("/things", {"name": "cup"}, "application/json")
        assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
        assert post('{"name": "cup"}') == (503, "unavailable")

    assert OutboxMessage.objects.count() == 0


@contextmanager
def database_away() -> Iterator[None]:
    """This thread's next connection meets a closed port."""
    port = connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict["PORT"] = "1"
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["PORT"] = port


@pytest.mark.parametrize(("given", "kept"), [("abc-1.2_3", True), ("a b", False), ("x" * 101, False), ("", False)])
def test_a_request_has_an_id_given_or_made(given: str, kept: bool) -> None:
    """Fault tried: any given id is kept."""
    response = Client().get("/things/cup", headers={"X-Request-Id": given} if given else {})
    answered = response.headers["X-Request-Id"]
    assert answered == given if kept else UUID(answered).version == 7
    assert (answer("GET", "/nowhere", X_Request_Id=given)[2]["request_id"] == given) == kept


@pytest.mark.usefixtures("shop")
def test_what_a_request_announces_carries_the_requests_trace() -> None:
    """Fault tried: request_context without caused_by."""
    given = new_traceparent()
    for traceparent in (given, "00-broken"):
        Client().post("/things", {"name": "cup"}, "application/json", headers={"traceparent": traceparent})

    first, second = OutboxMessage.objects.order_by("id")
    assert first.traceparent == given and first.causation_id is None
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", second.traceparent)
