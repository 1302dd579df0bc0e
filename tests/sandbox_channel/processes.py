"""The channel as its users run it: gunicorn and send_callbacks, processes of their own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import urllib3

from sandbox_channel.signing import signed_headers

WAIT_SECONDS = 20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class System:
    def __init__(self, folder: Path, secret: str) -> None:
        self.secret = secret
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.http = urllib3.PoolManager(maxsize=8, timeout=10, retries=False)
        self.started: list[subprocess.Popen[bytes]] = []
        self.log = (folder / "processes.log").open("ab")
        self.env = os.environ | {
            "CHANNEL_DATABASE_FILE": str(folder / "run" / "channel.sqlite3"),
            "BIND": f"127.0.0.1:{self.port}",
        }

    def manage(self, *command: str, **env: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "sandbox_channel.manage", *command]
        return subprocess.run(line, env=self.env | env, capture_output=True, text=True, timeout=60, check=False)

    def start_web(self) -> subprocess.Popen[bytes]:
        web = self._start(
            "gunicorn",
            "--config",
            "python:sandbox_channel.config.gunicorn",
            "sandbox_channel.config.wsgi:application",
        )
        self.wait_until_it_answers()
        return web

    def start_sender(self) -> subprocess.Popen[bytes]:
        return self._start("sandbox_channel.manage", "send_callbacks")

    def _start(self, *module: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            env=self.env,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                self.http.request("GET", self.url + "/livez")
                return
            except urllib3.exceptions.HTTPError:
                assert time.monotonic() < deadline, "the channel does not answer"
                time.sleep(0.05)

    def call(self, method: str, path: str, body: Any = None, timeout: float = 10) -> dict[str, Any]:
        raw = b"" if body is None else json.dumps(body).encode()
        headers = signed_headers(key_id="key-1", secret=self.secret, body=raw, now=time.time())
        response = self.http.request(method, self.url + path, body=raw, headers=headers, timeout=timeout)
        data = json.loads(response.data)
        assert response.status == 200, data
        assert isinstance(data, dict)
        return data

    def prepay(self, order_no: str, notify_url: str) -> dict[str, Any]:
        terms = {"order_no": order_no, "merchant_id": "m-1", "amount_minor": 648, "currency": "CNY"}
        return self.call("POST", "/prepay", terms | {"notify_url": notify_url, "expires_at": "2099-01-01T00:00:00Z"})

    def pay(self, order_no: str, **misbehave: Any) -> dict[str, Any]:
        return self.call("POST", f"/pay/{order_no}", {"misbehave": misbehave})

    def stop(self) -> None:
        for process in self.started:
            kill(process)
        self.log.close()
        self.http.clear()


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9 of the process and its children: it leads a session of its own."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=60)
