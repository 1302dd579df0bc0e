"""A system for the suites: `make up` in a folder of its own, on ports of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from stack.layout import Layout, System
from stack.options import PROJECT
from stack.ports import free_port_base
from stack.postgres import superuser_url
from tests.running.output import Output

# Enough of each that work moves between them, and that one may be killed.
REPLICAS = {"RELAYS": "2", "CONSUMERS": "3"}
# Every point can be armed later, by a file, in the running system.
CRASHES = {"FLEXTX_CRASH": "armed"}
# An order whose callback stays away is asked about within seconds.
IMPATIENCE = {"SETTLE_ASK_AFTER_SECONDS": "2,4,8,16,30,60,600", "SETTLE_CLOSE_SECONDS_MAX": "2"}
MAKE_SECONDS_MAX = 600
LOGS_KEPT = PROJECT / ".cache" / "test-logs"
# The outer make's variables would win over the ones said here, and so would a developer's own choice of a log.
OUTER = (
    *("MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "SUITE", "K", "ONCE", "RELAYS", "CONSUMERS", "RECOVERIES"),
    "LANES",
    *("TRANSPORT", "KAFKA_BOOTSTRAP_SERVERS", "KAFKA_OPTIONS_FILE", "TOPIC_PREFIX"),
)


class Place:
    def __init__(self, folder: Path, name: str, transport: str, output: Output) -> None:
        self.name = name
        self.transport = transport
        self.layout = Layout(folder.resolve() / name)
        self._output = output
        self._said = {"RUN_DIR": str(self.layout.run_dir), "PORT_BASE": str(free_port_base())}

    def up(self) -> dict[str, str] | None:
        """What the suites are told of the system; None when it did not come up."""
        if not self.make("up", TRANSPORT=self.transport, **REPLICAS, **CRASHES, **IMPATIENCE):
            return None
        url = superuser_url(System.started(self.layout))
        databases = {"TEST_DATABASE_URL": url, "TEST_LOG_DATABASE_URL": url}
        return {**self._said, **databases, "SYSTEM_ENV_FILE": str(self.layout.env_file)}

    def broker_up(self) -> dict[str, str]:
        """A broker and nothing else, for suites that bring their own project; nothing when it did not come up."""
        if not self.make("kafka"):
            return {}
        return {"TEST_KAFKA_BOOTSTRAP_SERVERS": System.started(self.layout.broker_alone).kafka_servers}

    def down(self, *, keep_logs: bool) -> None:
        logs, kept = self.layout.run_dir / "logs", LOGS_KEPT / self.name
        if keep_logs and logs.exists():
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(logs, kept)
            self._output.say(f"the system's logs are kept in {kept}")
        if self.layout.run_dir.exists():
            self.make("destroy")

    def make(self, target: str, **variables: str) -> bool:
        environment = inner_environment({**self._said, **variables, "PYTHON": sys.executable})
        with self._output.of_child(f"--- make {target} for {self.name}") as into:
            done = subprocess.run(
                ["make", "-s", target],
                cwd=PROJECT,
                env=environment,
                timeout=MAKE_SECONDS_MAX,
                stdout=into,
                stderr=into,
            )
        return done.returncode == 0


def inner_environment(given: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in OUTER} | given
