"""Finding and ending every process of one system, also when the supervisor that started them is dead."""

import os
import signal
import time
from pathlib import Path

import psutil

from stack.cluster import existing_data
from stack.errors import Failure
from stack.layout import Layout

GRACE_SECONDS = 6
POLL_SECONDS = 0.05


def survivors(layout: Layout) -> list[psutil.Process]:
    """All that carry this system's mark, and PostgreSQL, which overwrites the memory of its environment."""
    postmaster = _postmaster(layout)
    ourselves = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    others = (process for process in psutil.process_iter() if process.pid not in ourselves)
    marked = [process for process in others if _carries_mark(process, layout)]
    if postmaster is not None and postmaster not in marked:
        marked.append(postmaster)
    return marked


def end_all(layout: Layout, *, deadline: float) -> None:
    """Ask first, kill later; look again each time, since a dying supervisor may restart something."""
    for signal_number, seconds in ((signal.SIGTERM, GRACE_SECONDS), (signal.SIGKILL, GRACE_SECONDS)):
        until = min(time.monotonic() + seconds, deadline)
        told: set[int] = set()
        while alive := survivors(layout):
            for process in alive:
                if process.pid not in told:
                    told.add(process.pid)
                    _signal(process, signal_number)
            if time.monotonic() > until:
                break
            time.sleep(POLL_SECONDS)
    if alive := survivors(layout):
        pids = ", ".join(str(process.pid) for process in alive)
        raise Failure(f"these processes of {layout.run_dir} could not be ended: {pids}")


def wait_until_gone(layout: Layout, *, deadline: float) -> None:
    while survivors(layout) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


def _carries_mark(process: psutil.Process, layout: Layout) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False  # dead, and waiting for a parent that is not ours to remind
        return process.environ().get("STACK_SYSTEM") == str(layout.run_dir)
    except (psutil.Error, OSError):
        return False  # gone meanwhile, or another user's, which ours cannot be


def _postmaster(layout: Layout) -> psutil.Process | None:
    """By its pid file, if that pid is a PostgreSQL server on our data: pids are used again."""
    data = existing_data(layout)
    if data is None:
        return None
    try:
        process = psutil.Process(int((data / "postmaster.pid").read_text().split("\n", 1)[0]))
        if process.status() != psutil.STATUS_ZOMBIE and _serves(process, data):
            return process
    except (OSError, ValueError, psutil.Error):
        pass  # no such file or process: it is not running
    return None


def _serves(process: psutil.Process, data: Path) -> bool:
    words = process.cmdline()
    return bool(words) and Path(words[0]).name == "postgres" and str(data) in words


def _signal(process: psutil.Process, signal_number: signal.Signals) -> None:
    try:
        # SIGTERM would let PostgreSQL wait for its clients to leave; SIGINT makes it say goodbye to them.
        is_postgres = signal_number == signal.SIGTERM and process.name() == "postgres"
        process.send_signal(signal.SIGINT if is_postgres else signal_number)
    except psutil.NoSuchProcess:
        pass
