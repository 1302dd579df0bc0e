"""Every class of differences that a service declares is told to people in docs/reconcile.md, and planted by a story."""

import re
from pathlib import Path

from flextx.reconciliation import DifferenceClass

ROOT = Path(__file__).resolve().parents[2]
# Planted by the toolkit's own stories, in test_operate_by_hand and test_operate_messages.
IN_TESTS_FLEXTX = {"skipped_step", "skipped_message"}
PAGE = ROOT / "docs" / "reconcile.md"


def row_of(known: DifferenceClass) -> str:
    """Its line of the page's tables."""
    return f"| `{known.name}` | {known.meaning} | {known.what_to_do} | {'yes' if known.repair else 'no'} |"


def told() -> set[str]:
    return {line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")}


def named_in_stories(suite: str) -> set[str]:
    """Everything in quotes that the reconciliation's stories of this suite say."""
    files = (ROOT / "tests" / suite).glob("test_*reconcile*.py")
    return {word for file in files for word in re.findall(r'"(\w+)"', file.read_text(encoding="utf-8"))}
