"""`make down` and `make destroy`."""

import os
import shutil
import time
import xmlrpc.client  # nosec B411: see supervisor.py
from contextlib import AbstractContextManager, nullcontext

from stack import supervisor
from stack.cluster import aside_folder
from stack.errors import Refusal
from stack.interrupts import uninterrupted
from stack.layout import Layout
from stack.locking import held
from stack.options import Options
from stack.progress import phase
from stack.reaping import end_all, survivors, wait_until_gone

LOCK_SECONDS_MAX = 180
STOP_SECONDS_MAX = 30
GRACEFUL_SECONDS_MAX = 18


def down(options: Options) -> int:
    layout = Layout(options.run_dir)
    # Without the mark there is no folder to lock: somebody deleted it under a running system.
    lock = _lock(layout) if layout.mark.exists() else nullcontext()
    with lock:
        if not survivors(layout):
            print(f"nothing is running in {layout.run_dir}")
            return 0
        with phase("stopping"):
            stop_everything(layout)
    print("stopped; the data stays, `make destroy` deletes it")
    if survivors(layout.broker_alone):
        print("the broker of `make kafka` goes on; stop it with: make kafka-stop")
    return 0


@uninterrupted()
def stop_everything(layout: Layout) -> None:
    """Returns when all that was ever started here is gone, whether or not the supervisor still lives."""
    deadline = time.monotonic() + STOP_SECONDS_MAX
    try:
        supervisor.call(layout, "shutdown")
    except (OSError, xmlrpc.client.Fault):
        pass  # dead or already stopping: what it left behind is ended below
    else:
        wait_until_gone(layout, deadline=time.monotonic() + GRACEFUL_SECONDS_MAX)
    end_all(layout, deadline=deadline)
    layout.supervisor_socket.unlink(missing_ok=True)


def destroy(options: Options) -> int:
    layout = Layout(options.run_dir)
    if not layout.run_dir.exists():
        print(f"there is no {layout.run_dir}")
        return 0
    if not layout.mark.exists():
        raise Refusal(f"{layout.run_dir} was not made by `make up`; it is left as it is")
    with _lock(layout):
        for one in (layout, layout.broker_alone):
            if survivors(one):
                with phase("stopping"):
                    stop_everything(one)
        _delete(layout)
    print(f"deleted {layout.run_dir}")
    return 0


def _lock(layout: Layout) -> AbstractContextManager[None]:
    return held(layout.lock, purpose=str(layout.run_dir), wait_seconds_max=LOCK_SECONDS_MAX)


def _delete(layout: Layout) -> None:
    aside = aside_folder(layout)
    if aside is not None and aside.exists() and aside.lstat().st_uid == os.geteuid():
        shutil.rmtree(aside)
    for one in (layout, layout.broker_alone):
        if one.supervisor_socket.parent != one.run_dir and one.supervisor_socket.parent.exists():
            shutil.rmtree(one.supervisor_socket.parent)
    shutil.rmtree(layout.run_dir)
