"""The documentation is true: its commands run, its paths exist, what it calls a test is one."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"<!-- run: (docs|ci|no: [^>]+) -->\n```console\n(.*?)```", re.DOTALL)
ANY_CONSOLE = re.compile(r"```console\n")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def blocks(kind: str) -> list[tuple[Path, str]]:
    """(page, command) of every console line of this kind."""
    return [
        (page, line.removeprefix("$ "))
        for page in PAGES
        for found, body in BLOCK.findall(page.read_text(encoding="utf-8"))
        for line in body.splitlines()
        if found == kind and line.startswith("$ ")
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    missing = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_console_block_says_who_runs_it(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert len(ANY_CONSOLE.findall(text)) == len(BLOCK.findall(text))


@pytest.mark.parametrize("command", [command for _, command in blocks("docs")])
def test_what_a_page_shows_works(command: str) -> None:
    """Against the suite's own system, whose RUN_DIR is in the environment."""
    outer = ("MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL")
    environment = {name: value for name, value in os.environ.items() if name not in outer}
    done = subprocess.run(command, shell=True, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    if "reconcile" in command:
        assert re.fullmatch(r"reconcile: \d+ checked, 0 differences", done.stdout.splitlines()[-1])


@pytest.mark.parametrize("command", [command for _, command in blocks("ci")])
def test_what_ci_runs_is_what_a_page_shows(command: str) -> None:
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_status_names_the_next_steps() -> None:
    status = (ROOT / "docs" / "STATUS.md").read_text(encoding="utf-8")
    assert all(f"## {part}" in status for part in ("Works", "Next", "Known limits"))
