"""gunicorn's threads, with problem+json instead of an HTML page for requests that it refuses itself."""

from __future__ import annotations

import socket
from http import HTTPStatus
from typing import Any

from gunicorn.http.errors import (
    ChunkMissingTerminator,
    ExpectationFailed,
    InvalidChunkExtension,
    InvalidChunkSize,
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
    UnsupportedTransferCoding,
)
from gunicorn.workers.gthread import ThreadWorker

from flextx.http.unreadable import unreadable_answer

_STATUSES = {LimitRequestLine: 414, LimitRequestHeaders: 431, ExpectationFailed: 417, UnsupportedTransferCoding: 501}
_OUR_FAULT = (InvalidResponseHeader, InvalidResponseHeaderName)
_CALLERS_FAULT = (ParseException, InvalidChunkSize, ChunkMissingTerminator, InvalidChunkExtension)


class ProblemWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    def handle_error(self, request: Any, client: socket.socket, address: Any, error: Exception) -> None:
        if not isinstance(error, _CALLERS_FAULT) or isinstance(error, _OUR_FAULT):
            super().handle_error(request, client, address, error)
            return
        self.log.warning("Invalid request from %s: %s", (address or ("",))[0], error)
        status = next((status for kind, status in _STATUSES.items() if isinstance(error, kind)), 400)
        headers, body = unreadable_answer(status)
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode()]
        lines += [name + b": " + value for name, value in headers]
        try:
            client.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        except OSError as gone:
            self.log.debug("whoever sent it is gone: %s", gone)
