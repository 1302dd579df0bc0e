"""`make up`: everything, in order, or nothing."""

import os

from stack import postgres, supervisor
from stack.broker import broker_process, prepare_broker, wait_until_it_answers
from stack.changeover import for_changeover, remember_log, say_what_changed, without_old_log
from stack.cluster import locate_cluster
from stack.down import LOCK_SECONDS_MAX, stop_everything
from stack.envfile import write_env_file
from stack.errors import Failure
from stack.keys import make_keys
from stack.layout import Layout, System
from stack.locking import held
from stack.options import Options
from stack.ports import check_ports
from stack.prepare import begin, end, finish
from stack.processes import Process, postgres_process, prepare_commands, processes
from stack.progress import phase, say
from stack.readiness import wait_until_ready
from stack.reaping import survivors
from stack.status import print_status
from stack.supervisor_conf import SERVICES, configuration
from stack.wanted import wanted_system

LOG_LINES_SHOWN = 40


def up(options: Options) -> int:
    layout = Layout(options.run_dir)
    layout.create()
    with held(layout.lock, purpose=str(layout.run_dir), wait_seconds_max=LOCK_SECONDS_MAX):
        system = wanted_system(options, layout)
        if supervisor.is_running(layout):
            return _already_up(layout, system)
        if survivors(layout):
            with phase("ending what a killed supervisor left behind"):
                stop_everything(layout)
        system = for_changeover(system, options)
        check_ports(system, system.served)
        _start_or_take_down(system)
    print(_summary(system))
    return 0


def _already_up(layout: Layout, wanted: System) -> int:
    if System.started(layout) != wanted:
        say("already running, with other settings; they stay as they are until `make down`")
    print_status(layout)
    return 0


def _start_or_take_down(system: System) -> None:
    try:
        _start(system)
    except BaseException as error:
        if isinstance(error, Failure) and error.log is not None:
            show_log(error)
        with phase("taking it down again"):
            stop_everything(system.layout)
        raise


def _start(system: System) -> None:
    # Others may pass through RUN_DIR: what is written in it, also by all that is started, is not for them.
    os.umask(0o077)
    system.save()
    make_keys(system.layout.secrets)
    prepare = prepare_commands(system)
    early = begin(system, [prepare.pop("channel")])  # needs no PostgreSQL
    try:
        _start_first(system)
        with phase("preparing databases and topics"):
            finish(system, early + begin(system, list(prepare.values())))
    finally:
        end(early)
    say_what_changed(system.layout)
    remember_log(system)
    system = without_old_log(system)
    system.save()
    with phase("starting services"):
        supervisor.start_group(system.layout, SERVICES)
    with phase("waiting until ready"):
        wait_until_ready(system)
    write_env_file(system)


def _start_first(system: System) -> None:
    """What the services need before they can be prepared, at the same time."""
    first = [_database(system), *_broker(system)]
    text = configuration(system, first=first, services=processes(system))
    system.layout.supervisor_conf.write_text(text)
    supervisor.start_supervisor(system)
    for one in first:
        supervisor.start_group(system.layout, one.name)
    with phase("starting PostgreSQL"):
        postgres.wait_until_it_accepts(system)
        postgres.create_databases(system)
    if system.own_broker:
        with phase("starting Kafka"):
            wait_until_it_answers(system, system.layout.log("kafka"))


def _database(system: System) -> Process:
    cluster = locate_cluster(system.layout)
    if not cluster.exists:
        with phase("making PostgreSQL's data folder"):
            postgres.initialise(cluster, system.layout)
    postgres.configure(cluster, system)
    return postgres_process(system, cluster)


def _broker(system: System) -> list[Process]:
    if not system.own_broker:
        return []
    process = broker_process(system, system.layout)
    prepare_broker(system, system.layout)
    return [process]


def show_log(error: Failure) -> None:
    if error.log is not None and error.log.exists():
        lines = error.log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:]
        say("\n".join([f"--- the end of {error.log}", *lines, "---"]))


def _summary(system: System) -> str:
    return "\n".join(
        [
            f"orders    {system.url('order')}",
            f"accounts  {system.url('account')}",
            f"feed      {system.url('feed')}",
            f"channel   {system.url('channel')}",
            *([f"kafka     {system.kafka_servers}"] if system.transport == "kafka" else []),
            f"addresses and secrets for a shell: {system.layout.env_file}",
        ]
    )
