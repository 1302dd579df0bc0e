"""A system that is described, not started: what is tested here is what `make up` decides and writes."""

from pathlib import Path

import pytest

from stack.keys import make_keys
from stack.layout import Layout, System


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(tmp_path / "run")
    layout.create()
    make_keys(layout.secrets)
    return layout


@pytest.fixture
def system(layout: Layout) -> System:
    return System(str(layout.run_dir), port_base=23_400, transport="embedded", relays=2, consumers=3)
