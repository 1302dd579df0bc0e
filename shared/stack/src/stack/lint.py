"""`make lint`: every check runs, whatever the one before said; the count of `type: ignore` is printed."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from stack.environments import MODULES, environment
from stack.keys import make_keys
from stack.layout import System
from stack.options import PORT_BASE_DEFAULT, PROJECT, Options

CHECK_SECONDS_MAX = 600
PACKAGES = (
    "order_service",
    "account_service",
    "shared/flextx/src/flextx",
    "shared/contracts/src/contracts",
    "shared/sandbox_channel/src/sandbox_channel",
    "shared/stack/src/stack",
)
# Django's deployment checks are asked in the environment that a real deployment would have.
PUBLIC_HOSTS = {
    "ALLOWED_HOSTS": "coins.example.com",
    "PUBLIC_URL": "https://coins.example.com",
    "BEHIND_TLS": "1",
}
TYPE_IGNORE = re.compile(r"#\s*type:\s*ignore")


@dataclass(frozen=True)
class Check:
    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)


def lint(options: Options) -> int:
    with tempfile.TemporaryDirectory() as folder:
        failed = [check.name for check in _checks(Path(folder)) if not _passes(check)]
    print(f"type: ignore comments: {_count_type_ignores()}")
    print(f"lint: failed: {', '.join(failed)}" if failed else "lint: all checks passed")
    return 1 if failed else 0


def _checks(folder: Path) -> Iterator[Check]:
    yield Check("ruff check", _module("ruff", "check", "."))
    yield Check("ruff format", _module("ruff", "format", "--check", "."))
    yield Check("import directions", (_script("lint-imports"), "--no-logo"))
    yield Check("bandit", _module("bandit", "--quiet", "--configfile", "pyproject.toml", "--recursive", *PACKAGES))
    yield Check("mypy", _module("mypy", *PACKAGES, "tests/lint_settings.py"))
    system = _unstarted_system(folder)
    for service in ("order", "account"):
        deployed = environment(system, service, f"{service}-web") | PUBLIC_HOSTS
        command = _manage(service, "check", "--deploy", "--fail-level", "WARNING")
        yield Check(f"deployment of {service}", command, deployed)
        document = _manage(service, "spectacular", "--validate", "--fail-on-warn", "--file", os.devnull)
        yield Check(f"OpenAPI of {service}", document, environment(system, service, f"{service}-lint"))
    for service in MODULES:
        command = _manage(service, "makemigrations", "--check", "--dry-run")
        yield Check(f"migrations of {service}", command, environment(system, service, f"{service}-lint"))


def _unstarted_system(folder: Path) -> System:
    """Settings need files to read and addresses to parse; nothing answers at them."""
    run_dir = str(folder.resolve())
    system = System(run_dir, PORT_BASE_DEFAULT, transport="embedded", relays=1, consumers=1)
    make_keys(system.layout.secrets)
    return system


def _passes(check: Check) -> bool:
    started = time.monotonic()
    done = subprocess.run(
        check.command,
        env=dict(os.environ) | check.environment,
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=CHECK_SECONDS_MAX,
    )
    outcome = "ok" if done.returncode == 0 else f"FAILED ({done.returncode})"
    print(f"{check.name:<24} {outcome:<11} {time.monotonic() - started:5.1f} s", flush=True)
    if done.returncode != 0:
        print(done.stdout, flush=True)
    return done.returncode == 0


def _count_type_ignores() -> int:
    files = (file for package in PACKAGES for file in (PROJECT / package).rglob("*.py"))
    return sum(len(TYPE_IGNORE.findall(file.read_text())) for file in files)


def _module(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name, *arguments)


def _manage(service: str, *arguments: str) -> tuple[str, ...]:
    return _module(f"{MODULES[service]}.manage", *arguments)


def _script(name: str) -> str:
    return str(Path(sys.executable).with_name(name))
