"""Named places where a test lets a process die, so that every gap between two commits is really tried.

`FLEXTX_CRASH=<point>:<die|raise|delay|commit-and-fail>:<n>` makes a point fire n times in all. The count is kept in
files in `FLEXTX_CRASH_DIR`, so that a worker that is started again does not die for ever. Without the variable a
point costs one dictionary look-up.

`FLEXTX_CRASH=armed` lets a running system be crashed: a point fires while the file `<point>.armed` in that folder says
`<action>:<n>`.
"""

from __future__ import annotations

import logging
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from django.db import OperationalError

logger = logging.getLogger(__name__)
ACTIONS = ("die", "raise", "delay", "commit-and-fail")
DELAY_SECONDS = 2.0
EXIT_CODE = 137  # what a shell shows for kill -9

_registered: dict[str, str] = {}


class CrashPointRaised(Exception):
    """A crash point with the action `raise` fired."""


def register(name: str, meaning: str) -> str:
    """Make a point known to `manage flextx crashpoints`. Call it at import time; the same name twice is a mistake."""
    if name in _registered and _registered[name] != meaning:
        raise ValueError(f"crash point {name!r} is registered twice")
    _registered[name] = meaning
    return name


def register_pair(name: str, what: str) -> tuple[str, str]:
    """The two points around one step: `<name>.before` and `<name>.after`."""
    return register(f"{name}.before", f"before {what}"), register(f"{name}.after", f"after {what}")


def registered() -> dict[str, str]:
    """Every known point and its meaning, by name."""
    return dict(sorted(_registered.items()))


def crash_point(name: str) -> None:
    """Do here what FLEXTX_CRASH asks for, if it names this point."""
    plan = _read_armed(name) if _ARMED else _PLANS.get(name)
    if plan is not None and _take_one_of(plan):
        _fire(plan)


@dataclass(frozen=True)
class _Plan:
    point: str
    action: str
    times: int
    folder: Path


def read_plans(text: str, folder: str) -> dict[str, _Plan]:
    """Parse FLEXTX_CRASH (several plans are separated by commas). Raises ValueError with what is wrong."""
    plans = {}
    for part in filter(None, text.split(",")):
        point, action, times = [*part.split(":"), "", ""][:3]
        if action not in ACTIONS or not times.isdigit():
            raise ValueError(f"FLEXTX_CRASH: {part!r} is not <point>:<{'|'.join(ACTIONS)}>:<n>")
        if action == "commit-and-fail" and not point.endswith("commit.after"):
            raise ValueError(f"FLEXTX_CRASH: {point!r} is not behind a commit, so it cannot commit and fail")
        plans[point] = _Plan(point, action, int(times), Path(folder))
    return plans


def _read_armed(name: str) -> _Plan | None:
    try:
        text = (_FOLDER / f"{name}.armed").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    return read_plans(f"{name}:{text}", str(_FOLDER))[name]


def _take_one_of(plan: _Plan) -> bool:
    """Claim one firing by creating a file, which only one process can do; False once all are used up."""
    plan.folder.mkdir(parents=True, exist_ok=True)
    for number in range(plan.times):
        try:
            (plan.folder / f"{plan.point}.{number}").touch(exist_ok=False)
        except FileExistsError:
            continue
        return True
    return False


def _fire(plan: _Plan) -> None:
    logger.critical("crash point %s: %s", plan.point, plan.action)
    if plan.action == "die":
        os._exit(EXIT_CODE)
    if plan.action == "delay":
        time.sleep(DELAY_SECONDS)
    if plan.action == "raise":
        raise CrashPointRaised(plan.point)
    if plan.action == "commit-and-fail":
        # The commit happened, its answer was lost: what a dropped connection looks like to the caller.
        raise OperationalError(f"crash point {plan.point}: the answer to COMMIT was lost")


_ARMED = os.environ.get("FLEXTX_CRASH") == "armed"
_FOLDER = Path(os.environ.get("FLEXTX_CRASH_DIR") or Path(os.environ.get("RUN_DIR") or tempfile.gettempdir(), "crash"))
_PLANS = {} if _ARMED else read_plans(os.environ.get("FLEXTX_CRASH", ""), str(_FOLDER))
