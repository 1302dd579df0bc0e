"""Both services' own OpenAPI documents, tried from outside with every check that schemathesis has: nothing is found."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.system.books import reconcile
from tests.system.world import World, project_root

SCOPES = ("user", "operator", "nobody")
EXAMPLES = os.environ.get("EXAMPLES", "4")
SECONDS_MAX = 900
_COUNT = re.compile(r"^ +(\d+) generated, (\d+) passed", re.MULTILINE)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("service", ["ORDER", "ACCOUNT"])
def test_nothing_is_found(world: World, tmp_path: Path, service: str, scope: str) -> None:
    """Fault tried: NOT_BLANK with Python's white space, which is not JSON Schema's.

    `EXAMPLES=200 make test SUITE=callers` looks longer.
    """
    script = str(Path(sys.executable).with_name("schemathesis"))
    who = [] if scope == "nobody" else ["--header", f"Authorization: Bearer {world.token(f'fuzz-{scope}', scope)}"]
    bounds = ("--max-examples", EXAMPLES, "--seed", "7", "--checks", "all", "--continue-on-failure", "--no-color")
    done = subprocess.run(
        [script, "run", f"{world.env[f'{service}_URL']}/api/schema/", *who, *bounds],
        env=os.environ | {"SCHEMATHESIS_HOOKS": "tests.callers.own_keys", "PYTHONPATH": str(project_root())},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    counted = _COUNT.search(done.stdout)
    assert counted is not None and counted[1] == counted[2] and int(counted[1]) > 100, done.stdout[-2_000:]
    print(f"{service.lower()} service as {scope}: {counted[1]} cases, nothing found")


def test_after_all_that_the_books_are_right(world: World) -> None:
    assert reconcile(world)["differences"] == []
