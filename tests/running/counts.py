"""What a pytest run says it did, read from its report."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other: "Count") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    @property
    def ran(self) -> int:
        return self.passed + self.failed

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


@dataclass
class Outcome:
    """Of one suite. `names`: the ids of the tests that ran."""

    count: Count = field(default_factory=Count)
    names: set[str] = field(default_factory=set)


def read_report(report: Path) -> Outcome:
    """An empty outcome when pytest wrote none."""
    outcome = Outcome()
    if not report.exists():
        return outcome
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        kinds = {child.tag for child in case}
        failed, skipped = bool(kinds & {"failure", "error"}), "skipped" in kinds and not kinds & {"failure", "error"}
        outcome.count.add(Count(int(not failed and not skipped), int(failed), int(skipped)))
        if not skipped:
            outcome.names.add(f"{case.get('classname')}::{case.get('name')}")
    return outcome


def by_transport(names: Iterable[str]) -> dict[str, set[str]]:
    """Tests that are parametrized by transport, under the ids that they have in common."""
    found: dict[str, set[str]] = {"embedded": set(), "kafka": set()}
    for name in names:
        for transport, ids in found.items():
            head, bracket, parameters = name.partition("[")
            words = parameters.rstrip("]").split("-")
            if bracket and transport in words:
                words.remove(transport)
                ids.add(f"{head}[{'-'.join(words)}]")
    return found
