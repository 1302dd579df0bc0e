"""The runbook is true: each day has its story, which takes its steps; what it says to look at exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.test_docs import ROOT

PAGE = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
DAYS = {part.split("\n", 1)[0]: part for part in PAGE.split("\n## ")[1:]}
STORY = re.compile(r"\[(test_\w+\.py)\]\(\.\./(tests/\w+/\1)\),\s+`(test_\w+)`")
METRIC = re.compile(r"`((?:flextx|orders|incidents)_\w+)`")
STEP = re.compile(r"((GET|POST) (order|account) /\S+( \{.*\})?( as \S+)?)|(make [a-z]+( [A-Z]+=(\S+|\".*\"))*)")


def test_there_are_ten_days_at_least() -> None:
    assert len(DAYS) >= 10


@pytest.mark.parametrize("title", DAYS)
def test_a_day_says_what_is_seen_where_to_look_and_what_to_do(title: str) -> None:
    parts = re.findall(r"^\*\*(.*?)\.\*\*", DAYS[title], flags=re.MULTILINE)
    [block] = re.findall(r"```runbook\n(.*?)```", DAYS[title], flags=re.DOTALL)

    assert parts == ["Symptom", "Where to look", "What to do"]
    assert [line for line in block.splitlines() if not STEP.fullmatch(line)] == []


@pytest.mark.parametrize("title", DAYS)
def test_a_days_story_is_there_and_takes_its_steps(title: str) -> None:
    """Fault tried: a day renamed on the page alone."""
    [(_, path, name)] = STORY.findall(DAYS[title])
    source = (ROOT / path).read_text(encoding="utf-8")
    [story] = re.findall(rf"^def {name}\(.*?(?=^def |^@|\Z)", source, flags=re.DOTALL | re.MULTILINE)

    assert f'Day.of(world, "{title}"' in story


@pytest.mark.parametrize("metric", sorted(set(METRIC.findall(PAGE))))
def test_every_figure_that_the_page_names_is_measured(metric: str) -> None:
    """Fault tried: a figure renamed on the page alone."""
    assert any(f'"{metric}"' in file.read_text(encoding="utf-8") for file in sources())


def test_every_make_command_exists() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    told = re.findall(r"(?:^|`)make ([a-z-]+)", PAGE, flags=re.MULTILINE)

    assert told
    assert set(told) <= set(targets)


def sources() -> list[Path]:
    folders = ("order_service", "account_service", "shared/flextx/src")
    return [file for folder in folders for file in (ROOT / folder).rglob("metrics*.py")] + [
        file for file in (ROOT / "shared/flextx/src/flextx/metrics").glob("*.py")
    ]
