"""Makes `.venv` from the hashed locks, then hands over to it. Uses the standard library only.

Two steps, because pip refuses editable installs under `--require-hashes`: the lock with hashes first, then
the local distributions in place, whose dependencies are all in the lock already.
"""

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from stack.errors import Failure, Refusal
from stack.help import HELP
from stack.lock import make_locks
from stack.locking import held
from stack.options import PROJECT, run_dir
from stack.progress import phase, say

VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCAL = (".", "shared/flextx", "shared/contracts", "shared/sandbox_channel", "shared/stack")
INSTALL_SECONDS_MAX = 1800
NEEDS_DEV = ("lint", "test", "soak")
ONLY_LOOK = ("status", "down", "destroy", "kafka-stop")


def main(arguments: list[str]) -> int:
    try:
        return run(arguments[0], arguments)
    except (Refusal, Failure) as error:
        say(str(error))
        return error.exit_code
    except subprocess.CalledProcessError as error:
        say(f"this failed, its own words are above: {' '.join(map(str, error.cmd))}")
        return 1
    except KeyboardInterrupt:
        return 130


def run(command: str, arguments: list[str]) -> int:
    if command == "help":
        print(HELP)
        return 0
    if command == "lock":
        make_locks()
        return 0
    if command in ONLY_LOOK and not PYTHON.exists() and not run_dir().exists():
        print(f"nothing is running in {run_dir()}")
        return 3 if command == "status" else 0
    # Taking a system down must not need a package registry, even if the locks changed meanwhile.
    if command not in ONLY_LOOK or not PYTHON.exists():
        ensure_environment("dev" if command in NEEDS_DEV else "run")
    hand_over(arguments)


def ensure_environment(level: str) -> None:
    if _is_current(level):
        return
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        raise Failure("this Python lacks venv. Run: apt-get install -y python3-venv   (with sudo, if you are not root)")
    with held(PROJECT / ".cache" / "install.lock", purpose="the installation", wait_seconds_max=INSTALL_SECONDS_MAX):
        if not _is_current(level):  # else the one that was waited for has done it
            _install(level)


def _install(level: str) -> None:
    if not _usable():
        with phase("creating .venv"):
            _run(sys.executable, "-m", "venv", "--clear", str(VENV))
    pip = (str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    with phase(f"installing requirements/{level}.txt"):
        _run(*pip, "--require-hashes", "--requirement", f"requirements/{level}.txt")
    with phase("installing the project in place"):
        editable = [word for folder in _local() for word in ("--editable", folder)]
        _run(*pip, "--no-deps", "--no-build-isolation", *editable)
    # The development lock holds all of the other one, in the same versions.
    for done in ("run", "dev") if level == "dev" else ("run",):
        _stamp(done).write_text(_fingerprint(done))


def _usable() -> bool:
    """A venv that was interrupted half-way, or whose Python is gone, is made anew."""
    check = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    return PYTHON.exists() and subprocess.run([PYTHON, "-c", check], timeout=60, capture_output=True).returncode == 0


def _is_current(level: str) -> bool:
    stamp = _stamp(level)
    return PYTHON.exists() and stamp.exists() and stamp.read_text() == _fingerprint(level)


def _stamp(level: str) -> Path:
    return VENV / f"installed-{level}"


def _fingerprint(level: str) -> str:
    """Of all that an installation depends on, the project's own place included: editable means by path."""
    digest = hashlib.sha256(str(PROJECT).encode())
    for file in (
        PROJECT / "requirements" / f"{level}.txt",
        *(PROJECT / folder / "pyproject.toml" for folder in _local()),
    ):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _local() -> tuple[str, ...]:
    return tuple(folder for folder in LOCAL if (PROJECT / folder / "pyproject.toml").exists())


def _run(*command: str) -> None:
    subprocess.run(command, cwd=PROJECT, check=True, timeout=INSTALL_SECONDS_MAX, stdout=sys.stderr)


def hand_over(arguments: list[str]) -> NoReturn:
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    sys.stdout.flush()
    os.execve(PYTHON, [str(PYTHON), "-m", "stack.cli", *arguments], environment)
