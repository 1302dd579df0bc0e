"""What a reader meets: files that can be taken in at one sitting, and locks that bind nobody to one registry."""

import re
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
LINES_MAX = 250
SKIPPED = {".venv", ".cache", ".run", ".git", "migrations", "__pycache__"}


def python_files() -> list[Path]:
    return [file for file in PROJECT.rglob("*.py") if not SKIPPED.intersection(file.relative_to(PROJECT).parts)]


def test_no_file_is_longer_than_a_reader_can_hold():
    lengths = {str(file.relative_to(PROJECT)): len(file.read_text().splitlines()) for file in python_files()}

    assert len(lengths) > 50  # the walk found the project
    assert {name: length for name, length in lengths.items() if length > LINES_MAX} == {}


@pytest.mark.parametrize("lock", ["run.txt", "dev.txt"])
def test_a_lock_pins_every_package_by_hash_and_names_no_host(lock):
    text = (PROJECT / "requirements" / lock).read_text()
    entries = re.split(r"\n(?=\S)", text.split("\n", 2)[2])

    assert len(entries) > 20
    assert [entry.splitlines()[0] for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []
    assert re.findall(r"https?://|--index|--find-links|--trusted-host", text) == []


def test_both_locks_hold_the_same_versions():
    run, dev = ({*pins(name)} for name in ("run.txt", "dev.txt"))

    assert run - dev == set()


def pins(lock: str) -> list[str]:
    return re.findall(r"^(\S+==\S+)", (PROJECT / "requirements" / lock).read_text(), flags=re.MULTILINE)


def test_the_makefile_only_calls_the_stack():
    recipes = [line.strip() for line in (PROJECT / "Makefile").read_text().splitlines() if line.startswith("\t")]

    assert [recipe for recipe in recipes if not re.fullmatch(r"\$\(STACK\) [a-z-]+", recipe)] == []


def test_help_names_every_target():
    targets = re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), flags=re.MULTILINE)
    told = subprocess.check_output(["make", "-s", "help"], cwd=PROJECT, text=True, timeout=30)

    assert [target for target in targets if f"make {target} " not in told] == []
