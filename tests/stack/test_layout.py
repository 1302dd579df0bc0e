import stat

import pytest

from stack.errors import Refusal
from stack.layout import Layout, System


def test_a_new_run_dir_can_be_passed_through_but_not_read(tmp_path):
    layout = Layout(tmp_path / "run")

    layout.create()

    assert stat.S_IMODE(layout.run_dir.stat().st_mode) == 0o711
    assert layout.mark.exists()


def test_an_empty_folder_of_someone_is_taken_as_it_is(tmp_path):
    given = tmp_path / "given"
    given.mkdir(mode=0o700)

    Layout(given).create()

    assert stat.S_IMODE(given.stat().st_mode) == 0o700


def test_a_folder_with_other_things_in_it_is_refused(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(Refusal, match="holds other things"):
        Layout(tmp_path).create()

    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_long_run_dir_keeps_its_socket_elsewhere(tmp_path):
    near = Layout(tmp_path.parent / "n")
    far = Layout(tmp_path / ("x" * 100))

    assert near.supervisor_socket.parent == near.run_dir
    assert len(str(far.supervisor_socket)) <= 90
    assert far.supervisor_socket != Layout(tmp_path / ("y" * 100)).supervisor_socket


def test_a_system_is_remembered_with_its_data(system):
    system.save()

    assert System.started(system.layout) == system
