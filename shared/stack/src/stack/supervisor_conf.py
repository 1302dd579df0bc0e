"""The supervisor's configuration, made from the list of processes."""

import os
import shlex

from stack.environments import common_environment
from stack.layout import System
from stack.options import PROJECT
from stack.processes import Process

SERVICES = "services"  # one group, so that all of it stops at once, and PostgreSQL after it
LOG_BYTES_MAX = "10MB"
LOG_BACKUPS = 3

HEADER = """\
; Written by every `make up`.
[supervisord]
logfile={log}
logfile_maxbytes={bytes_max}
logfile_backups={backups}
pidfile={run_dir}/supervisord.pid
childlogdir={run_dir}/logs
identifier=live-coins
nodaemon=true
silent=true
{user}
[unix_http_server]
file={socket}
chmod=0600

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

"""
GROUP = """
[group:{group}]
programs={members}
priority=100
"""

# startsecs=0: a process counts as started at once. Otherwise quick deaths are "failed starts", and after
# enough of them the supervisor gives a program up for good, however often that was somebody's kill -9.
PROGRAM = """
[program:{name}]
command={command}
directory={folder}
environment={environment}
{user}priority={priority}
autostart=false
autorestart=true
startsecs=0
startretries=1000000000
stopsignal={stop_signal}
stopwaitsecs={stop_seconds_max}
stopasgroup=false
killasgroup=true
redirect_stderr=true
stdout_logfile={log}
stdout_logfile_maxbytes={bytes_max}
stdout_logfile_backups={backups}
"""


def configuration(system: System, *, first: list[Process], services: list[Process]) -> str:
    """`first`: started before the services and stopped after them."""
    header = HEADER.format(
        log=system.layout.log("supervisord"),
        run_dir=system.run_dir,
        socket=system.layout.supervisor_socket,
        user="user=root\n" if os.geteuid() == 0 else "",
        bytes_max=LOG_BYTES_MAX,
        backups=LOG_BACKUPS,
    )
    members = ",".join(process.name for process in services)
    group = GROUP.format(group=SERVICES, members=members) if services else ""
    programs = [
        *(_program(system, one, priority=1) for one in first),
        *(_program(system, one, priority=100) for one in services),
    ]
    return "".join([header, group, *programs])


def _program(system: System, process: Process, *, priority: int) -> str:
    environment = common_environment(system, process.name) | dict(process.environment)
    return PROGRAM.format(
        name=process.name,
        command=shlex.join(process.command),
        folder=process.folder or PROJECT,
        # Values hold no quotes and no percent signs: options.py refuses paths that do.
        environment=",".join(f'{name}="{value}"' for name, value in environment.items()),
        user=f"user={process.user}\n" if process.user else "",
        priority=priority,
        stop_signal=process.stop_signal,
        stop_seconds_max=process.stop_seconds_max,
        log=process.log or system.layout.log(process.name),
        bytes_max=LOG_BYTES_MAX,
        backups=LOG_BACKUPS,
    )
