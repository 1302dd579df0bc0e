import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from stack.client import NoAnswer
from stack.insisting import Insistent


@contextmanager
def server(statuses):
    """Answers with these in turn; None hangs up without a word. Yields (address, the keys it was asked with)."""
    keys, left = [], iter(statuses)

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            keys.append(self.headers["Idempotency-Key"])
            status = next(left)
            if status is None:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *words):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}/orders", keys
        http.shutdown()


def insistent(*, seconds_max=30.0):
    return Insistent(at_once=2, seconds_max=seconds_max, stop=threading.Event())


def test_no_answer_and_nothing_decided_are_asked_again_with_the_same_key():
    """Fault tried: 503 taken for an answer."""
    asking = insistent()
    with server([None, 503, 202]) as (address, keys):
        answer = asking.answer("POST", address, body={"count": 1}, headers={"Idempotency-Key": "k-1"})

    assert answer == (202, {})
    assert keys == ["k-1", "k-1", "k-1"]
    assert asking.repeated == 2


@pytest.mark.parametrize("status", [200, 409, 422, 500])
def test_what_was_decided_and_what_is_a_defect_is_not_asked_again(status):
    asking = insistent()
    with server([status]) as (address, keys):
        assert asking.answer("POST", address, body={}, headers={"Idempotency-Key": "k-2"}) == (status, {})

    assert (keys, asking.repeated) == (["k-2"], 0)


def test_patience_ends():
    asking = insistent(seconds_max=-1)
    with server([None]) as (address, keys), pytest.raises(NoAnswer, match="POST"):
        asking.answer("POST", address, body={}, headers={"Idempotency-Key": "k-3"})

    assert len(keys) == 1
