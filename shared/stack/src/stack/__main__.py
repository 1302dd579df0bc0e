"""`python3 -m stack <command>`: the only thing the Makefile calls.

Parsed by whatever `python3` is on the path, so it stays readable to old ones until the version is known.
"""

import subprocess
import sys

OLDEST = (3, 11)


def main() -> None:
    arguments = sys.argv[1:] or ["help"]
    if sys.version_info < OLDEST:
        sys.exit(too_old(arguments[0]))
    from stack import bootstrap

    sys.exit(bootstrap.main(arguments))


def too_old(command: str) -> str:
    """Say what to run instead: a newer Python is often there under its own name."""
    found = f"python3 is {sys.version_info[0]}.{sys.version_info[1]} here; this needs Python 3.11 or newer. "
    for minor in range(20, OLDEST[1] - 1, -1):
        if runs(f"python3.{minor}"):
            return f"{found}Run: make {command} PYTHON=python3.{minor}"
    return f"{found}Install one and run: make {command} PYTHON=python3.11"


def runs(python: str) -> bool:
    """A version manager leaves names on the path that start nothing."""
    try:
        return subprocess.call([python, "-c", ""], stderr=subprocess.DEVNULL, timeout=10) == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    main()
