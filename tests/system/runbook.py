"""A day of docs/runbook.md: the story takes the steps that are written there, in their order, and leaves none out."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from tests.system.world import World, project_root

_BLOCK = re.compile(r"```runbook\n(.*?)```", re.DOTALL)
_CALL = re.compile(r"(GET|POST) (order|account) (/\S+)(?: (\{.*\}))?(?: as (\S+))?")
Seen = Callable[[Any], bool]


def steps_of(title: str) -> list[str]:
    page = (project_root() / "docs" / "runbook.md").read_text(encoding="utf-8")
    [section] = [part for part in page.split("\n## ") if part.startswith(f"{title}\n")]
    return [line for block in _BLOCK.findall(section) for line in block.splitlines()]


@dataclass
class Day:
    """`known`: what the steps' braces stand for; add to it what an answer tells."""

    world: World
    steps: list[str]
    known: dict[str, str]

    @classmethod
    def of(cls, world: World, title: str, **known: str) -> Day:
        return cls(world, steps_of(title), known)

    def step(self, wanted: int = 200) -> Any:
        """Take the next step as an operator; the answer. First a user tries the same, and is refused."""
        step = self.steps.pop(0)
        self._refused_to_a_user(step)
        status, answer = self._take(step, "op-1", "operator")
        assert status == wanted, (step, status, answer)
        return answer

    def until(self, seen: Seen, *, seconds: float = 90, wanted: int = 200) -> Any:
        """The next step, taken again until its answer shows that."""
        step = self.steps.pop(0)
        self._refused_to_a_user(step)
        give_up_at = time.monotonic() + seconds
        while True:
            status, answer = self._take(step, "op-1", "operator")
            if status == wanted and seen(answer):
                return answer
            assert time.monotonic() < give_up_at, (step, status, answer)
            time.sleep(0.1)  # between two looks; what is waited for is the answer

    def __enter__(self) -> Day:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, where: TracebackType | None) -> None:
        assert kind is not None or self.steps == [], f"steps of the page that the story did not take: {self.steps}"

    def _refused_to_a_user(self, step: str) -> None:
        if "/api/" in step:
            status, answer = self._take(step, "somebody-else", "user")
            assert status in (403, 404), (step, status, answer)

    def _take(self, step: str, who: str, scope: str) -> tuple[int, Any]:
        if step.startswith("make "):
            return 200, _make(self.world, [word.format(**self.known) for word in shlex.split(step)[1:]])
        found = _CALL.fullmatch(step)
        assert found, f"a step nobody can take: {step}"
        method, service, path, body, other = found.groups()
        url = self.world.env[f"{service.upper()}_URL"] + path.format(**self.known)
        if path == "/metrics":
            return 200, self.world.http.request("GET", url, timeout=30).data.decode()
        token = self.world.token(other if other and scope == "operator" else who, scope)
        sent = {"json": json.loads(body)} if body else {"json": {}} if method == "POST" else {}
        return self.world.call(method, url, token=token, **sent)


def _make(world: World, words: list[str]) -> Any:
    """What it prints, one JSON object a line; of several lines the list."""
    given = os.environ | {"RUN_DIR": str(world.run_dir), "FORMAT": "json"}
    command = ["make", "-s", *words]
    done = subprocess.run(command, cwd=project_root(), env=given, capture_output=True, text=True, timeout=180)
    assert done.stdout, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return told[0] if len(told) == 1 else told


def waits(journey: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What the journey waits for, by name."""
    return {one["what"]: one for one in journey["waiting"]}


def waits_for(*names: str) -> Seen:
    return lambda journey: set(names) <= set(waits(journey))


def order_is(status: str) -> Seen:
    return lambda journey: bool(journey["status"] == status)


def hop(journey: dict[str, Any], name: str) -> dict[str, Any]:
    """The latest hop of this name."""
    return next(dict(one) for one in reversed(journey["hops"]) if one["name"] == name)


def is_done(name: str) -> Seen:
    return lambda journey: any(one["name"] == name and one["state"] == "done" for one in journey["hops"])
