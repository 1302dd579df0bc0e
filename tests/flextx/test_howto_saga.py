"""docs/how-to/saga.md: an application of one's own, written from the page's blocks alone, in a project of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "saga.md"
BLOCK = re.compile(r"```python file=(\S+)\n(.*?)```", re.DOTALL)
# Everything beside the page: the project it is added to, and the same saga with everybody really at work.
AROUND = {
    "library/__init__.py": "",
    "settings.py": """
from tests.flextx.settings import *
INSTALLED_APPS = ["rest_framework", "flextx", "flextx.outbox", "flextx.inbox", "flextx.workers"]
""",
    "test_at_work.py": """
import pytest
from flextx.outbox.relay import Relay
from flextx.inbox.consumer import EventConsumer
from flextx.recovery.worker import RecoveryWorker
from flextx.saga.models import Run
from flextx.testing import running, wait_until
from flextx.transports.choose import transport
from library.models import Deposit, Loan
from library.saga import lend


@pytest.mark.django_db(transaction=True)
def test_of_two_readers_one_gets_the_book_and_the_other_the_deposit():
    transport().create_topics()
    workers = [Relay(name="relay", transport=transport()), RecoveryWorker(name="recovery"),
               EventConsumer(name="consumer", transport=transport())]
    with running(*workers):
        for reader in ("u-1", "u-2"):
            lend(book="Momo", reader=reader)
        wait_until(lambda: Run.objects.filter(finished_at=None).count() == 0, seconds=30)
    states = dict(Run.objects.values_list("initiator", "state"))
    winner = Loan.objects.get().reader
    assert states == {"u-1": "undone", "u-2": "undone"} | {winner: "done"}
    held = dict(Deposit.objects.values_list("reader", "cents"))
    assert held == {"u-1": 0, "u-2": 0} | {winner: 500}
""",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The page's files where they say they belong."""
    for name, body in AROUND.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(body)
    for name, body in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        with (tmp_path / name).open("a", encoding="utf-8") as file:
            file.write(body)
    return tmp_path


@pytest.mark.usefixtures("log")
def test_what_the_page_shows_works(project: Path) -> None:
    """Faults tried: the page without takes_replies; hand_out before the deposit."""
    database = os.environ["SHOP_DATABASE_URL"] + "_howto"
    told = {"SHOP_DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": f"{project}:{ROOT}"}
    command = [sys.executable, "-m", "pytest", "-q", "--rootdir", str(project), "-p", "no:cacheprovider", str(project)]
    done = subprocess.run(command, cwd=project, env=os.environ | told, capture_output=True, text=True, timeout=120)

    assert done.returncode == 0 and "4 passed" in done.stdout, done.stdout + done.stderr


def test_the_saga_takes_thirty_lines() -> None:
    """What one writes where the runs are kept; imports, blank lines and tables aside."""
    files = ("library/commands.py", "library/saga.py")
    lines = [
        line
        for name, body in BLOCK.findall(PAGE.read_text(encoding="utf-8"))
        if name in files
        for line in body.splitlines()
        if line.strip() and not line.startswith(("from ", "import "))
    ]
    assert len(lines) <= 30
