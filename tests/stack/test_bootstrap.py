"""What happens before there is a virtual environment. Nothing is installed here."""

import importlib.util
from pathlib import Path

import pytest

from stack import __main__ as entry
from stack import bootstrap
from stack.errors import Failure


@pytest.fixture
def project(tmp_path: Path, monkeypatch) -> Path:
    """A checkout with one lock and one distribution, and no `.venv`."""
    (tmp_path / "requirements").mkdir()
    for level in ("run", "dev"):
        (tmp_path / "requirements" / f"{level}.txt").write_text(f"{level}==1\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    monkeypatch.setattr(bootstrap, "PROJECT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    return tmp_path


@pytest.fixture
def installed(project: Path) -> Path:
    bootstrap.PYTHON.parent.mkdir(parents=True)
    bootstrap.PYTHON.touch()
    bootstrap._stamp("run").write_text(bootstrap._fingerprint("run"))
    return project


def test_a_current_environment_is_left_alone(installed):
    bootstrap.ensure_environment("run")  # would start pip, and fail, if it took this one for out of date

    assert not (installed / ".cache").exists()


@pytest.mark.parametrize("changed", ["requirements/run.txt", "pyproject.toml"])
def test_a_changed_lock_or_distribution_asks_for_installation(installed, changed):
    assert bootstrap._is_current("run")

    with (installed / changed).open("a") as file:
        file.write("# changed\n")

    assert not bootstrap._is_current("run")


def test_the_development_lock_is_asked_for_separately(installed):
    assert not bootstrap._is_current("dev")


def test_a_python_without_venv_is_told_the_one_command(project, monkeypatch):
    known = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ensurepip" else known(name))

    with pytest.raises(Failure, match="apt-get install -y python3-venv"):
        bootstrap.ensure_environment("run")

    assert not (project / ".venv").exists()


@pytest.mark.parametrize(("command", "code"), [("status", 3), ("down", 0), ("destroy", 0)])
def test_looking_at_a_fresh_clone_installs_nothing(project, monkeypatch, capsys, command, code):
    monkeypatch.setenv("RUN_DIR", str(project / "run"))

    assert bootstrap.main([command]) == code

    assert "nothing is running" in capsys.readouterr().out
    assert not (project / ".venv").exists()


def test_an_old_python_is_told_which_one_to_use(monkeypatch):
    monkeypatch.setattr(entry, "runs", lambda python: python == "python3.12")

    assert entry.too_old("demo").endswith("Run: make demo PYTHON=python3.12")


def test_an_old_python_alone_is_told_to_install_one(monkeypatch):
    monkeypatch.setattr(entry, "runs", lambda python: False)

    assert entry.too_old("up").endswith("Install one and run: make up PYTHON=python3.11")
