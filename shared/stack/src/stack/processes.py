"""The one list of what runs. The supervisor's configuration is made from it."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from stack.cluster import Cluster
from stack.environments import MODULES, common_environment, environment
from stack.layout import HOST, System

WEB_POOL_SIZE = 8
SETTLERS = 1  # more may run, but one asks the channel some hundred times a second
FEED_POOL_SIZE = 5  # its poller, three readers for its viewers, and its health check


@dataclass(frozen=True)
class Process:
    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    folder: str | None = None
    log: str | None = None
    stop_signal: str = "TERM"
    stop_seconds_max: int = 10


def postgres_process(system: System, cluster: Cluster) -> Process:
    return Process(
        name="postgres",
        command=(
            str(cluster.programs / "postgres"),
            "-D",
            str(cluster.data),
            "-c",
            f"config_file={cluster.settings_file}",
        ),
        environment=common_environment(system, "postgres"),
        user=cluster.user.name if cluster.user else None,
        folder="/",
        stop_signal="INT",  # disconnect everyone and write a checkpoint, instead of waiting for them to leave
        stop_seconds_max=20,
    )


def prepare_commands(system: System) -> dict[str, Process]:
    """Run once, before all else, each to its end: migrations, topics, seeds."""
    return {
        service: Process(
            name=f"{service}-prepare",
            command=(sys.executable, "-m", f"{module}.manage", "prepare"),
            environment=environment(system, service, f"{service}-prepare"),
        )
        for service, module in MODULES.items()
    }


def reconcile_commands(system: System, *, token_file: str, repair: bool = False) -> dict[str, Process]:
    said = ("--repair",) if repair else ()
    extra = {"order": {}, "account": {"ORDER_URL": system.url("order"), "SERVICE_TOKEN_FILE": token_file}}
    return {
        service: Process(
            name=f"{service}-reconcile",
            command=(sys.executable, "-m", f"{MODULES[service]}.manage", "reconcile", "--format", "json", *said),
            environment=environment(system, service, f"{service}-reconcile") | more,
        )
        for service, more in extra.items()
    }


def record_command(system: System, *, topic: str, partition: int, offset: int) -> Process:
    """Reads one record of the message log, as the order service sees it."""
    place = ("--topic", topic, "--partition", str(partition), "--offset", str(offset))
    return Process(
        name="order-record",
        command=(sys.executable, "-m", f"{MODULES['order']}.manage", "flextx", "record", *place),
        environment=environment(system, "order", "order-record"),
    )


def processes(system: System) -> list[Process]:
    """Everything that runs for good, but PostgreSQL and Kafka: those come first and go last."""
    return [
        *(_web(system, service) for service in MODULES),
        _feed(system),
        *_workers(system, "order", "relay", "relay_outbox", system.relays),
        *_workers(system, "account", "relay", "relay_outbox", system.relays),
        *_workers(system, "order", "consumer", "consume_events", system.consumers),
        *_workers(system, "account", "consumer", "consume_events", system.consumers),
        *_workers(system, "order", "recovery", "run_recovery", system.recoveries),
        *_workers(system, "order", "settler", "settle_pending_orders", SETTLERS),
        _callbacks(system),
    ]


def _web(system: System, service: str) -> Process:
    module = MODULES[service]
    name = f"{service}-web"
    pool = {} if service == "channel" else {"DATABASE_POOL_SIZE": str(WEB_POOL_SIZE)}
    bind = {"BIND": f"{HOST}:{system.port(service)}"}
    gunicorn = ("-m", "gunicorn", "--config", f"python:{module}.config.gunicorn")
    return Process(
        name=name,
        command=(sys.executable, *gunicorn, f"{module}.config.wsgi:application"),
        environment=environment(system, service, name) | pool | bind,
    )


def _feed(system: System) -> Process:
    own = {"BIND": f"{HOST}:{system.port('feed')}", "DATABASE_POOL_SIZE": str(FEED_POOL_SIZE)}
    return Process(
        name="order-feed",
        command=(sys.executable, "-m", "order_service.feed"),
        environment=environment(system, "order", "order-feed") | own,
    )


def _workers(system: System, service: str, kind: str, command: str, count: int) -> list[Process]:
    names = [f"{service}-{kind}-{number}" for number in range(1, count + 1)]
    return [
        Process(
            name=name,
            command=(sys.executable, "-m", f"{MODULES[service]}.manage", command, "--name", name),
            environment=environment(system, service, name),
        )
        for name in names
    ]


def _callbacks(system: System) -> Process:
    name = "channel-callbacks"
    command = (sys.executable, "-m", "sandbox_channel.manage", "send_callbacks")
    return Process(name=name, command=command, environment=environment(system, "channel", name))
