"""The merchant's side: a real HTTP server that receives callbacks and answers as told."""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from types import TracebackType
from typing import Any, Self

from sandbox_channel.signing import check_signature

SUCCESS = b'{"code":"SUCCESS"}'
WAIT_SECONDS = 20


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    raw: bytes
    at: float

    @property
    def body(self) -> dict[str, Any]:
        data = json.loads(self.raw)
        assert isinstance(data, dict)
        return data

    def check(self, *, key_id: str, secret: str, now: float) -> None:
        check_signature(headers=self.headers, body=self.raw, key_id=key_id, secret=secret, now=now)


class Handler(BaseHTTPRequestHandler):
    """Writes an answer: status, headers, body."""

    protocol_version = "HTTP/1.1"
    merchant: "Merchant"

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        self.merchant.note(Received(self.path, dict(self.headers.items()), raw, monotonic()))
        with suppress(OSError):  # the channel hung up on us, as some stories want it to
            self.merchant.next_answer()(self)

    def say(self, status: int, body: bytes = SUCCESS, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


Answer = Callable[[Handler], None]


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128


class Merchant:
    def __init__(self, port: int = 0) -> None:
        self.received: list[Received] = []
        self.changed = threading.Condition()
        self.released = threading.Event()
        self.answers: list[Answer] = []
        handler = type("BoundHandler", (Handler,), {"merchant": self})
        self.server = Server(("127.0.0.1", port), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/callbacks"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def answers_first(self, *answers: Answer) -> None:
        """These, one per callback, then SUCCESS for ever."""
        self.answers = list(answers)

    def next_answer(self) -> Answer:
        with self.changed:
            return self.answers.pop(0) if self.answers else acknowledge

    def note(self, received: Received) -> None:
        with self.changed:
            self.received.append(received)
            self.changed.notify_all()

    def hang(self, handler: Handler) -> None:
        """No answer until the story ends."""
        self.released.wait(WAIT_SECONDS)

    def wait_for(self, count: int) -> list[Received]:
        with self.changed:
            arrived = self.changed.wait_for(lambda: len(self.received) >= count, timeout=WAIT_SECONDS)
            assert arrived, f"{len(self.received)} callbacks came, {count} were awaited"
            return list(self.received)

    def orders(self) -> list[str]:
        return [received.body["order_no"] for received in self.received]


def acknowledge(handler: Handler) -> None:
    handler.say(200)


def answer(status: int, body: bytes = SUCCESS, **headers: str) -> Answer:
    return lambda handler: handler.say(status, body, **headers)
