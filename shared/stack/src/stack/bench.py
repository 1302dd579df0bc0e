"""`make bench`: what the relay reaches, beside what the log alone takes, in one run on the running system's servers."""

import os
import subprocess
import sys

from stack import supervisor
from stack.environments import environment
from stack.errors import Refusal
from stack.layout import Layout, System
from stack.options import PROJECT, Options
from stack.postgres import superuser_url

BENCH_SECONDS_MAX = 900


def bench(options: Options) -> int:
    layout = Layout(options.run_dir)
    if not supervisor.is_running(layout):
        raise Refusal(f"nothing is running in {layout.run_dir}; start it with: make up TRANSPORT=kafka")
    system = System.started(layout)
    told = environment(system, "order", "bench") | {
        "BENCH_ADMIN_URL": superuser_url(system),
        "BENCH_OWNER": "order_service",
        "PYTHONPATH": str(PROJECT),
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, str(PROJECT / "benchmarks" / "relay.py")]
    return subprocess.run(command, env=os.environ | told, cwd=PROJECT, timeout=BENCH_SECONDS_MAX).returncode
