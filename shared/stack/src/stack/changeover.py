"""A change of TRANSPORT between two starts: the log that was used until then must answer while `prepare` asks it.

PostgreSQL always runs, and with it the embedded log. A broker of one's own runs once more for a change away from it.
"""

import json
from dataclasses import asdict, replace

from stack import supervisor
from stack.layout import Layout, System
from stack.options import Options
from stack.progress import phase, say
from stack.wanted import brokers

BROKER = "kafka"


def for_changeover(system: System, options: Options) -> System:
    """The system with the log that was in use until now, if that was Kafka and is not to be any more."""
    former = _former(system.layout)
    if system.transport == "kafka" or former is None or former.transport != "kafka":
        return system
    servers, own = brokers(options, system.layout) if former.own_broker else (former.kafka_servers, False)
    return replace(system, kafka_servers=servers, own_broker=own)


def remember_log(system: System) -> None:
    """Once `prepare` has adopted it; a start that was refused changes nothing here."""
    system.layout.log_in_use.write_text(json.dumps(asdict(system), indent=2) + "\n")


def without_old_log(system: System) -> System:
    """After `prepare` has adopted the new log nobody asks the old one again."""
    if system.transport == "kafka":
        return system
    if system.own_broker:
        with phase("stopping Kafka, which is not used any more"):
            supervisor.remove_group(system.layout, BROKER)
    return replace(system, kafka_servers="", own_broker=False)


def say_what_changed(layout: Layout) -> None:
    """What `prepare` said of a change: money's way is not changed in silence."""
    for service in ("order", "account"):
        for line in layout.log(f"{service}-prepare").read_text(errors="replace").splitlines():
            if line.startswith("changed over"):
                say(f"{service}: {line}")


def _former(layout: Layout) -> System | None:
    return System(**json.loads(layout.log_in_use.read_text())) if layout.log_in_use.exists() else None
