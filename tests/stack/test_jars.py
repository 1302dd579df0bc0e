"""Fetching Apache Kafka, with programs that only pretend to be java and mvn."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stack import jars
from stack.errors import Failure

# Copies like Maven does, slowly enough for two to meet, and notes that it was called.
COPIES = """#!/bin/sh
for word in "$@"; do case "$word" in -DoutputDirectory=*) folder="${word#*=}";; esac; done
echo called >> "$(dirname "$0")/calls"
/bin/mkdir -p "$folder"; /bin/sleep 0.3; echo jar > "$folder/kafka.jar"
"""
FAILS = """#!/bin/sh
for word in "$@"; do case "$word" in -DoutputDirectory=*) folder="${word#*=}";; esac; done
/bin/mkdir -p "$folder"; echo half > "$folder/kafka.jar"
echo "[ERROR] nobody answers"; exit 1
"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch) -> Path:
    """The only folder on the path, and an empty cache."""
    programs = tmp_path / "bin"
    programs.mkdir()
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setattr(jars, "CACHE", tmp_path / "cache")
    (tmp_path / "cache").mkdir()
    return programs


def program(path: Path, name: str, text: str = "#!/bin/sh\n") -> None:
    (path / name).write_text(text.replace("$(dirname", "$(/usr/bin/dirname"))
    (path / name).chmod(0o755)


@pytest.mark.parametrize(("there", "missing"), [((), "java"), (("mvn",), "java"), (("java",), "mvn")])
def test_a_missing_program_is_named_with_the_command_that_installs_it(path, there, missing):
    for name in there:
        program(path, name)

    with pytest.raises(Failure) as failure:
        jars.jars()

    assert f"`{missing}`" in str(failure.value)
    assert "apt-get install -y openjdk-17-jre-headless maven" in str(failure.value)
    assert missing in (jars.unavailable() or "")


def test_it_is_fetched_once_also_by_two_at_a_time(path):
    program(path, "java")
    program(path, "mvn", COPIES)

    with ThreadPoolExecutor(2) as pool:
        folders = list(pool.map(lambda _: jars.jars(), range(2)))

    assert folders == [jars.CACHE / f"kafka-{jars.version()}"] * 2
    assert [file.name for file in folders[0].iterdir()] == ["kafka.jar"]
    assert (path / "calls").read_text().split() == ["called"]
    (path / "mvn").unlink()
    assert jars.jars() == folders[0]
    assert jars.unavailable() is None


def test_a_download_that_fails_says_why_and_counts_for_nothing(path):
    program(path, "java")
    program(path, "mvn", FAILS)

    with pytest.raises(Failure, match="nobody answers"):
        jars.jars()

    assert not (jars.CACHE / f"kafka-{jars.version()}").exists()
    program(path, "mvn", COPIES)
    assert (jars.jars() / "kafka.jar").read_text() == "jar\n"


def test_the_pom_pins_every_version_and_names_no_registry():
    text = jars.POM.read_text()

    assert len(re.findall(r"<version>[^<]+</version>", text)) == text.count("<artifactId>")
    assert re.fullmatch(r"\d+\.\d+\.\d+", jars.version())
    assert re.findall(r"https?://(?!maven\.apache\.org/POM/)", text) == []
