"""The first command that anybody types, against a running system: it shows what it says, and fails when it cannot."""

from __future__ import annotations

import os
import subprocess

from tests.system.world import World, project_root


def test_the_demo_shows_a_whole_journey_and_the_record_itself(world: World) -> None:
    """Fault tried: a demo that asks the log with more than the place."""
    outer = ("MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL")
    environment = {name: value for name, value in os.environ.items() if name not in outer}
    done = subprocess.run(
        ["make", "-s", "demo"],
        cwd=project_root(),
        env=environment | {"RUN_DIR": str(world.run_dir), "TRANSPORT": world.env["TRANSPORT"]},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for shown in ("order_created", "sent_to_log", "account_received", "transfers_posted", "order_credited"):
        assert shown in done.stdout
    assert f"read back from {world.env['TRANSPORT']}:" in done.stdout
    assert "balance of u-1:" in done.stdout and "order credited," in done.stdout
