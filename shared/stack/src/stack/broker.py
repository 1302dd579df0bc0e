"""One Apache Kafka broker of a system's own: KRaft, one node, on 127.0.0.1, its data in RUN_DIR/kafka."""

import base64
import shutil
import socket
import struct
import subprocess
import time
import uuid
from pathlib import Path

from stack.environments import common_environment
from stack.errors import Failure
from stack.jars import jars
from stack.layout import HOST, Layout, System
from stack.processes import Process
from stack.progress import phase

FORMAT_SECONDS_MAX = 60
START_SECONDS_MAX = 60
SETTINGS = """\
# Written at every start.
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller_port}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
# Topics are made by `prepare`; a misspelt one must not come into being.
auto.create.topics.enable=false
# One node holds everything, so everything has one replica.
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
# The inbox forgets nothing yet, so neither does the log.
log.retention.ms=-1
# A group of known members need not wait for more of them, nor long for the dead.
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
# After a kill -9 the same broker is let in again as soon as its old session has ended.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
"""
# The quick compiler alone: a start takes half the processor time, and a broker of one's own is started often.
MACHINE = ("-Xms128m", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError")
LOGGING = tuple(
    f"-Dorg.slf4j.simpleLogger.{option}"
    for option in ("defaultLogLevel=info", "showDateTime=true", "dateTimeFormat=yyyy-MM-dd_HH:mm:ss.SSS")
)
# ApiVersions, the request that every broker answers first: key 18, version 0, correlation 1, no client id.
_GREETING = struct.pack(">ihhih", 10, 18, 0, 1, -1)
_CORRELATION = struct.pack(">i", 1)


def broker_process(system: System, layout: Layout) -> Process:
    """`layout`: where the data is, which a broker alone and one of a whole system have in common."""
    return Process(
        name="kafka",
        command=("java", *MACHINE, *LOGGING, "-cp", f"{jars()}/*", "kafka.Kafka", str(_settings_file(layout))),
        environment=common_environment(system, "kafka"),
        folder="/",
        stop_seconds_max=15,
    )


def prepare_broker(system: System, layout: Layout) -> None:
    """Its settings anew at every start; its folder once, under a cluster id that stays."""
    settings = SETTINGS.format(
        host=HOST,
        port=system.port("kafka"),
        controller_port=system.port("kafka-controller"),
        data=_data(layout),
    )
    _folder(layout).mkdir(mode=0o700, exist_ok=True)
    _settings_file(layout).write_text(settings)
    # The tool writes this file last, so a folder without it was interrupted.
    if not (_data(layout) / "meta.properties").exists():
        shutil.rmtree(_data(layout), ignore_errors=True)
        with phase("making Kafka's data folder"):
            _format(layout)


def wait_until_it_answers(system: System, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while not _answers(system.port("kafka")):
        if time.monotonic() > deadline:
            raise Failure(f"Kafka did not answer within {START_SECONDS_MAX} s", log=log)
        time.sleep(0.05)


def _format(layout: Layout) -> None:
    tool = ("java", *MACHINE, "-cp", f"{jars()}/*", "kafka.tools.StorageTool", "format", "--ignore-formatted")
    words = ("--cluster-id", _cluster_id(layout), "--config", str(_settings_file(layout)))
    log = layout.log("kafka-format")
    with log.open("wb") as output:
        done = subprocess.run(
            (*tool, *words),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            timeout=FORMAT_SECONDS_MAX,
        )
    if done.returncode != 0:
        raise Failure("Kafka's data folder could not be made", log=log)


def _cluster_id(layout: Layout) -> str:
    """Made once: it is the log's identity, which the services store beside their positions."""
    file = _folder(layout) / "cluster-id"
    if not file.exists():
        unfinished = file.with_suffix(".unfinished")
        unfinished.write_text(base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "0"))
        unfinished.replace(file)
    return file.read_text()


def _folder(layout: Layout) -> Path:
    return layout.run_dir / "kafka"


def _data(layout: Layout) -> Path:
    return _folder(layout) / "data"


def _settings_file(layout: Layout) -> Path:
    return _folder(layout) / "server.properties"


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=2) as connection:
            connection.sendall(_GREETING)
            return connection.recv(8)[4:8] == _CORRELATION
    except OSError:
        return False
