"""Systems come and go by `make` alone: beside each other, again after a kill, and without a trace.

Only processes of systems that are started here are killed, each by the pid that its own system names.

Faults that were planted in shared/stack, one at a time, and seen by these stories: autorestart=false; a process's mark
never found; check_ports left out; nothing taken down after a failed start; a foreign RUN_DIR taken for ours; no umask;
old data kept aside for a new RUN_DIR; `up` that does not look for a running system; a shared lock; an opened parent.
"""

import os
import shutil
import signal
import socket
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stack import supervisor
from stack.cluster import aside_folder
from stack.ports import free_port_base, is_busy
from stack.readiness import PARTS
from stack.reaping import survivors
from tests.lifecycle.place import Place, came_back, eventually, is_alive, orphans, status_of


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path / "run", free_port_base())
    yield place
    place.make("destroy")


@pytest.fixture
def running(place: Place) -> Place:
    done = place.make("up")
    assert done.returncode == 0, done.stderr
    return place


@pytest.fixture
def first() -> Place:
    """The system that the whole run shares; nothing here may disturb it."""
    return Place(Path(os.environ["RUN_DIR"]), int(os.environ["PORT_BASE"]))


def test_a_second_system_runs_beside_the_first(first, running):
    before = first.pids()
    foreign = running.make("token", SUB="u-1").stdout.strip()

    assert running.make("demo").returncode == 0
    assert status_of(f"{running.url('order')}/api/v1/orders", token=foreign) == 200
    assert status_of(f"{first.url('order')}/api/v1/orders", token=foreign) == 401

    assert running.make("destroy").returncode == 0
    assert first.pids() == before
    assert status_of(f"{first.url('order')}/readyz") == 200


def test_up_on_a_running_system_changes_nothing_and_says_so(running):
    before = running.pids()

    again = running.make("up")
    other = running.make("up", RELAYS="3")

    assert (again.returncode, other.returncode) == (0, 0)
    assert "order-relay-1" in again.stdout and "already running" not in again.stderr
    assert "already running, with other settings" in other.stderr
    assert running.pids() == before


def test_two_ups_at_once_start_one_system(place):
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: place.make("up"), range(2)))

    assert [one.returncode for one in done] == [0, 0], [one.stderr for one in done]
    assert len([one for one in done if "another make is busy" in one.stderr]) == 1
    supervisors = [process for process in survivors(place.layout) if "supervisor.supervisord" in process.cmdline()]
    assert len(supervisors) == 1


def test_whatever_is_killed_comes_back(running):
    before = running.pids()

    for pid in before.values():
        os.kill(pid, signal.SIGKILL)

    eventually(lambda: came_back(running, before))
    # A killed web server's worker goes on answering for a moment, until it notices.
    eventually(lambda: orphans(running) == [])
    eventually(lambda: all(status_of(f"{running.url(part)}/readyz") == 200 for part in PARTS))
    assert running.make("demo").returncode == 0


def test_down_leaves_nothing_and_keeps_the_data(running):
    assert running.make("demo", SUB="u-keeps").returncode == 0
    started = [process.pid for process in survivors(running.layout)]

    assert running.make("down").returncode == 0

    assert len(started) > 10
    assert [pid for pid in started if is_alive(pid)] == []
    assert running.make("status").returncode != 0
    again = running.make("demo", SUB="u-keeps")
    assert "balance of u-keeps: 120 COIN" in again.stdout


def test_down_after_the_supervisor_was_killed_leaves_nothing(running):
    started = [process.pid for process in survivors(running.layout)]
    os.kill(running.supervisor_pid(), signal.SIGKILL)
    eventually(lambda: not supervisor.is_running(running.layout))
    orphaned = running.make("status")

    down = running.make("down")

    assert "ORPHANED" in orphaned.stdout and orphaned.returncode != 0
    assert down.returncode == 0, down.stderr
    assert [pid for pid in started if is_alive(pid)] == []
    assert [port for port in range(running.port_base, running.port_base + 7) if is_busy(port)] == []


def test_up_after_the_supervisor_was_killed_starts_afresh(running):
    before = running.pids()
    os.kill(running.supervisor_pid(), signal.SIGKILL)
    eventually(lambda: not supervisor.is_running(running.layout))

    again = running.make("up")

    assert again.returncode == 0, again.stderr
    assert "ending what a killed supervisor left behind" in again.stderr
    assert set(running.pids().values()).isdisjoint(before.values())
    assert [pid for pid in before.values() if is_alive(pid)] == []


def test_a_busy_port_is_named_and_nothing_is_started(place):
    with socket.create_server(("127.0.0.1", place.port_base + 1)):
        done = place.make("up")

    assert done.returncode != 0
    assert f"port {place.port_base + 1} (for the account part) is taken by pid {os.getpid()}" in done.stderr
    assert "PORT_BASE=" in done.stderr
    assert survivors(place.layout) == []


def test_a_start_that_fails_shows_why_and_takes_everything_down(place):
    place.layout.create()
    (place.layout.run_dir / "channel.sqlite3").mkdir()  # where a file should be

    done = place.make("up")

    assert done.returncode != 0
    assert "channel-prepare ended with 1" in done.stderr
    assert "unable to open database file" in done.stderr  # the log's own words
    assert survivors(place.layout) == []


def test_ctrl_c_in_the_middle_of_up_leaves_nothing(place):
    started = place.start("up")
    eventually(lambda: (place.layout.run_dir / "supervisord.pid").exists())

    os.killpg(started.pid, signal.SIGINT)  # as a terminal does: to make and all in front of it

    assert started.wait(timeout=60) != 0
    assert survivors(place.layout) == []
    assert place.make("up").returncode == 0


def test_a_private_parent_keeps_its_mode_and_destroy_leaves_no_trace(place, tmp_path):
    tmp_path.chmod(0o700)
    assert place.make("up").returncode == 0
    aside = aside_folder(place.layout)

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
    assert (aside is not None) == (os.geteuid() == 0)  # only root runs PostgreSQL as someone else
    assert place.make("destroy").returncode == 0

    assert list(tmp_path.iterdir()) == []
    assert aside is None or not aside.exists()


def test_a_run_dir_deleted_under_its_system_is_survived(running, tmp_path):
    tmp_path.chmod(0o700)
    shutil.rmtree(running.layout.run_dir)

    down = running.make("down")
    again = running.make("up")

    assert "stopped" in down.stdout, down.stderr
    assert again.returncode == 0, again.stderr  # with new secrets, and so on new data
    assert "making PostgreSQL's data folder" in again.stderr


def test_a_folder_that_is_not_ours_is_neither_filled_nor_deleted(place):
    place.layout.run_dir.mkdir()
    (place.layout.run_dir / "thesis.txt").write_text("years of work")

    up, destroy = place.make("up"), place.make("destroy")

    assert up.returncode != 0 and "holds other things" in up.stderr
    assert destroy.returncode != 0 and "was not made by" in destroy.stderr
    assert [file.name for file in place.layout.run_dir.iterdir()] == ["thesis.txt"]


def test_the_secrets_of_a_running_system_are_its_owners_alone(running):
    layout = running.layout
    written = [layout.env_file, layout.run_dir / "channel.sqlite3", layout.log("order-web"), layout.log("postgres")]
    private = [layout.supervisor_socket, *layout.secrets.iterdir(), *written]

    assert {stat.S_IMODE(file.stat().st_mode) for file in private} == {0o600}
