from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.system.conftest import person, world
from tests.system.world import World

__all__ = ["armed", "person", "world"]


@pytest.fixture
def armed(world: World) -> Iterator[Callable[[str, str], Path]]:
    """Arm a point with `<action>:<n>`; the answer is the file that is there once it has fired for the first time."""
    folder = world.run_dir / "crash"
    folder.mkdir(exist_ok=True)
    points: list[str] = []

    def arm(point: str, plan: str) -> Path:
        _clear(folder, point)
        points.append(point)
        (folder / f"{point}.armed").write_text(plan)
        return folder / f"{point}.0"

    yield arm
    for point in points:
        _clear(folder, point)


def _clear(folder: Path, point: str) -> None:
    for file in folder.glob(f"{point}.*"):
        file.unlink(missing_ok=True)
