"""`make manage SERVICE=account DO="flextx parked list"`: a service's own command, told what its processes are told."""

import shlex
import subprocess
import sys

from stack import supervisor
from stack.environments import MODULES, environment, inherited_environment
from stack.errors import Refusal
from stack.layout import Layout, System
from stack.options import PROJECT, Options


def manage(options: Options) -> int:
    layout = Layout(options.run_dir)
    if not supervisor.is_running(layout):
        raise Refusal(f"nothing is running in {layout.run_dir}; start it with: make up")
    if not options.do:
        raise Refusal('say what to do, such as: make manage SERVICE=account DO="flextx parked list"')
    told = environment(System.started(layout), options.service, f"{options.service}-manage")
    words = [sys.executable, "-m", f"{MODULES[options.service]}.manage", *shlex.split(options.do)]
    return subprocess.run(words, env=inherited_environment() | told, cwd=PROJECT).returncode
