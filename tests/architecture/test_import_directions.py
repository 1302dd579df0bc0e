"""`lint-imports` holds the directions between the parts. Each contract is seen to fail on an import it forbids.

Fault that makes the planting tests fail: delete the contract, or one of its modules, from pyproject.toml (tried).
"""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SOURCES = ("order_service", "account_service", "shared")
FLEXTX = "shared/flextx/src/flextx"
CONTRACTS = "shared/contracts/src/contracts"
CHANNEL = "shared/sandbox_channel/src/sandbox_channel"
STACK = "shared/stack/src/stack"
RECHARGE = "order_service/recharge"
LEDGER = "account_service/ledger"

PARTS = "services know contracts, contracts know flextx, and the services not each other"
ALONE = "the stand-in channel imports nothing of ours"
BY_NAME = "the stack starts services by name and imports none"
PRODUCT = "nothing of the product needs the stand-in channel or the stack"
TESTING = "flextx.testing is for tests"
KAFKA = "only one package knows Kafka's client"
DOWNWARDS = "inside an app, imports go downwards only"

PLANTS = [
    (PARTS, f"{RECHARGE}/services.py", "import account_service.ledger.services"),
    (PARTS, f"{LEDGER}/services.py", "import order_service.recharge.models"),
    (PARTS, f"{CONTRACTS}/topics.py", "import order_service.recharge.models"),
    (PARTS, f"{FLEXTX}/event.py", "import contracts"),
    (PARTS, f"{FLEXTX}/event.py", "import account_service.ledger.models"),
    (ALONE, f"{CHANNEL}/views.py", "import flextx.event"),
    (ALONE, f"{CHANNEL}/views.py", "import contracts"),
    (ALONE, f"{CHANNEL}/views.py", "import order_service.recharge.sandbox"),
    (BY_NAME, f"{STACK}/processes.py", "import order_service.manage"),
    (BY_NAME, f"{STACK}/processes.py", "import flextx.conf"),
    (PRODUCT, f"{RECHARGE}/sandbox.py", "import sandbox_channel.signing"),
    (PRODUCT, f"{FLEXTX}/conf.py", "import stack.layout"),
    (TESTING, f"{FLEXTX}/outbox/publish.py", "import flextx.testing"),
    (TESTING, f"{RECHARGE}/services.py", "import flextx.testing"),
    (KAFKA, f"{FLEXTX}/outbox/relay.py", "import kafka"),
    (KAFKA, f"{STACK}/broker.py", "import kafka"),
    (DOWNWARDS, f"{RECHARGE}/models.py", "import order_service.recharge.services"),
    (DOWNWARDS, f"{RECHARGE}/services.py", "import order_service.recharge.views"),
    (DOWNWARDS, f"{RECHARGE}/handlers.py", "import order_service.recharge.views"),
    (DOWNWARDS, f"{RECHARGE}/events.py", "import order_service.recharge.services"),
    (DOWNWARDS, f"{LEDGER}/locks.py", "import account_service.ledger.handlers"),
    (DOWNWARDS, f"{LEDGER}/errors.py", "import account_service.ledger.models"),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The sources as they are, to plant in."""
    leave_out = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in SOURCES:
        shutil.copytree(PROJECT / name, tmp_path / name, ignore=leave_out)
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_sources_keep_every_contract(copy):
    done = lint_imports(copy)

    assert done.returncode == 0, done.stdout
    assert f"Contracts: {len(contract_names())} kept, 0 broken." in done.stdout


@pytest.mark.parametrize(("contract", "file", "line"), PLANTS)
def test_a_planted_import_breaks_its_contract(copy, contract, file, line):
    with (copy / file).open("a") as source:
        source.write(f"\n{line}  # planted\n")

    done = lint_imports(copy)

    assert done.returncode == 1, done.stdout
    assert f"{contract} BROKEN" in " ".join(done.stdout.split())


def test_every_contract_has_a_plant():
    assert {contract for contract, _, _ in PLANTS} == contract_names()


def contract_names() -> set[str]:
    configuration = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    return {contract["name"] for contract in configuration["tool"]["importlinter"]["contracts"]}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    paths = [folder, *(folder / "shared").glob("*/src")]
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=folder,
        env=dict(os.environ) | {"PYTHONPATH": os.pathsep.join(map(str, paths)), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=60,
    )
