"""`make lock`: the two lock files, for all platforms, with hashes and without a registry's address."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from stack.options import PROJECT
from stack.progress import phase

COMPILE = ("pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes", "--quiet")
# A lock that named a registry would bind everyone who installs from it to that one.
NAMELESS = ("--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", "make lock")
SECONDS_MAX = 600


def make_locks() -> None:
    uv = _uv()
    for level in ("run", "dev"):  # in this order: the second takes the first's versions
        with phase(f"locking requirements/{level}.txt"):
            files = ("--output-file", f"requirements/{level}.txt", f"requirements/{level}.in")
            subprocess.run([uv, *COMPILE, *NAMELESS, *files, *_upgrade()], cwd=PROJECT, check=True, timeout=SECONDS_MAX)


def _upgrade() -> tuple[str, ...]:
    return ("--upgrade",) if os.environ.get("UPGRADE") == "1" else ()


def _uv() -> str:
    """The one on the path, or one in a place of its own: it is a tool for the few who change dependencies."""
    found = shutil.which("uv")
    if found:
        return found
    folder = PROJECT / ".cache" / "uv"
    if not (folder / "bin" / "uv").exists():
        with phase("installing uv into .cache/uv"):
            subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True, timeout=SECONDS_MAX)
            _install_uv(folder)
    return str(folder / "bin" / "uv")


def _install_uv(folder: Path) -> None:
    pip: list[str | Path] = [
        folder / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "uv",
    ]
    subprocess.run(pip, check=True, timeout=SECONDS_MAX)
