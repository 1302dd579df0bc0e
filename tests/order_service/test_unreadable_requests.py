"""What is no request, or one over the server's own limits, is answered with problem+json by the process itself."""

import json
import socket
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from tests.order_service.processes import FeedProcess, own_web
from tests.support.web_process import WebProcess

HOST = b"Host: 127.0.0.1\r\nConnection: close\r\n"
GET = b"GET /api/v1/products"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebProcess]:
    with own_web(tmp_path_factory.mktemp("web")) as process:
        yield process


def answered(web: WebProcess, raw: bytes) -> tuple[int, dict[str, str], Any]:
    with socket.create_connection(("127.0.0.1", web.port), timeout=10) as connection:
        connection.sendall(raw)
        response = HTTPResponse(connection)
        response.begin()
        return response.status, dict(response.headers), json.loads(response.read() or b"null")


def refused(web: WebProcess, raw: bytes) -> tuple[int, str]:
    status, headers, told = answered(web, raw)
    assert headers["Content-Type"] == "application/problem+json"
    assert (told["status"], told["request_id"]) == (status, headers["X-Request-Id"])
    return status, told["code"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (GET + b"?x=" + b"a" * 9_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", (414, "uri_too_long")),
        (GET + b" HTTP/1.1\r\n" + HOST + b"X-1: 1\r\n" * 200 + b"\r\n", (431, "headers_too_large")),
        (GET + b" HTTP/1.1\r\n" + HOST + b"X-1: " + b"a" * 20_000 + b"\r\n\r\n", (431, "headers_too_large")),
        (b"\x00\x01 no request\r\n\r\n", (400, "bad_request")),
        (b"GET /api/v1/orders/\xff\xfe HTTP/1.1\r\n" + HOST + b"\r\n", (400, "bad_request")),
        (GET + b" HTTP/1.1\r\n" + HOST + b"Foo Bar: x\r\n\r\n", (400, "bad_request")),
        (b"POST /api/v1/orders HTTP/1.1\r\n" + HOST + b"Content-Length: -5\r\n\r\n", (400, "bad_request")),
        (GET + b" HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", (400, "bad_request")),
        (b"BREW /api/v1/products HTTP/1.1\r\n" + HOST + b"\r\n", (405, "method_not_allowed")),
        (b"DELETE /livez HTTP/1.1\r\n" + HOST + b"\r\n", (405, "method_not_allowed")),
        (GET + b"/ HTTP/1.1\r\n" + HOST + b"\r\n", (404, "not_found")),
        (GET + b" HTTP/1.1\r\n" + HOST + b"Accept: text/html\r\n\r\n", (406, "not_acceptable")),
        (b"GET /api/docs/assets/" + b"a" * 1_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", (404, "not_found")),
        (b"GET /api/docs/assets/..%2f__init__.py HTTP/1.1\r\n" + HOST + b"\r\n", (404, "not_found")),
        (
            b"GET /api/v1/orders HTTP/1.1\r\n" + HOST + b"Authorization: Bearer \xff\r\n\r\n",
            (401, "authentication_failed"),
        ),
    ],
)
def test_the_web_process_says_what_is_wrong(web: WebProcess, raw: bytes, expected: tuple[int, str]) -> None:
    """Fault tried: gunicorn's own worker class."""
    assert refused(web, raw) == expected


def test_the_feed_says_what_is_wrong(tmp_path: Path) -> None:
    feed = b"GET /api/v1/rooms/room-9/feed"
    with FeedProcess(tmp_path) as process:
        assert refused(process, b"\x00\x01 no request\r\n\r\n") == (400, "bad_request")
        assert refused(process, feed + b" HTTP/1.1\r\n\r\n") == (400, "bad_request")
        assert refused(process, feed + b" HTTP/1.1\r\nHost: evil.example\r\n\r\n") == (400, "bad_request")
        assert refused(process, feed + b"%00 HTTP/1.1\r\n" + HOST + b"\r\n") == (404, "not_found")
        assert refused(process, feed + b" HTTP/1.1\r\n" + HOST + b"Accept: text/html\r\n\r\n") == (
            406,
            "not_acceptable",
        )
        assert refused(process, b"POST" + feed[3:] + b" HTTP/1.1\r\n" + HOST + b"\r\n") == (405, "method_not_allowed")


@pytest.mark.parametrize(
    "path", ["/api/docs/", "/api/schema/", "/api/docs/start.js", "/api/docs/assets/swagger-ui.css"]
)
def test_the_document_and_its_page_come_from_the_service_alone(web: WebProcess, path: str) -> None:
    answer = web.http.request("GET", web.url + path, headers={"Accept": "text/html,application/xhtml+xml"})

    assert answer.status == 200
    assert b"http" not in answer.data if path.endswith(("docs/", "start.js")) else answer.data
    if path == "/api/docs/":
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert b"<script>" not in answer.data
