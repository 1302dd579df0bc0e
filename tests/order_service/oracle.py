"""A channel that says what it is told to: answers that the real stand-in never gives."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from pytest_django import Settings


@dataclass
class Oracle:
    """Answers every request with what it was told to."""

    status: int = 200
    body: bytes = b""
    meanwhile: Callable[[], object] = lambda: None  # done before it answers
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def oracle(settings: Settings) -> Iterator[Oracle]:
    oracle = Oracle()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            oracle.asked.append(self.command)
            oracle.meanwhile()
            self.send_response(oracle.status)
            self.send_header("Content-Length", str(len(oracle.body)))
            self.end_headers()
            self.wfile.write(oracle.body)

        do_POST = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        settings.SANDBOX_URL = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield oracle
        server.shutdown()
