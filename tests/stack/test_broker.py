"""What is decided about the broker before one is started."""

import socket
from dataclasses import replace
from threading import Thread

import pytest

from stack import broker
from stack.changeover import for_changeover, remember_log
from stack.envfile import env_text
from stack.layout import Layout, System
from stack.options import read_options
from stack.ports import free_port_base
from stack.processes import processes
from stack.supervisor_conf import configuration
from stack.wanted import wanted_system


def options(layout, **said):
    return read_options({"RUN_DIR": str(layout.run_dir), "PORT_BASE": "23400", **said})


@pytest.fixture
def formatted(monkeypatch) -> list[Layout]:
    """Stands for the tool that makes the data folder."""
    calls: list[Layout] = []

    def format_it(layout: Layout) -> None:
        calls.append(layout)
        (layout.run_dir / "kafka" / "data").mkdir()
        (layout.run_dir / "kafka" / "data" / "meta.properties").write_text(broker._cluster_id(layout))

    monkeypatch.setattr(broker, "_format", format_it)
    monkeypatch.setattr(broker, "jars", lambda: "/jars")
    return calls


def test_it_listens_on_this_machine_alone_and_makes_no_topic_by_itself(system, layout, formatted):
    broker.prepare_broker(system, layout)

    lines = (layout.run_dir / "kafka" / "server.properties").read_text().splitlines()
    settings = dict(line.split("=", 1) for line in lines if not line.startswith("#"))
    assert settings["listeners"] == "PLAINTEXT://127.0.0.1:23405,CONTROLLER://127.0.0.1:23406"
    assert settings["auto.create.topics.enable"] == "false"
    assert settings["log.dirs"] == str(layout.run_dir / "kafka" / "data")
    assert int(settings["group.min.session.timeout.ms"]) <= 10_000


def test_its_identity_is_made_once_and_an_interrupted_folder_anew(system, layout, formatted):
    broker.prepare_broker(system, layout)
    first = (layout.run_dir / "kafka" / "cluster-id").read_text()
    broker.prepare_broker(system, layout)
    assert len(formatted) == 1

    (layout.run_dir / "kafka" / "data" / "meta.properties").unlink()
    broker.prepare_broker(system, layout)

    assert len(formatted) == 2
    assert (layout.run_dir / "kafka" / "cluster-id").read_text() == first
    assert len(first) == 22 and "=" not in first and not first.startswith("-")


def test_it_runs_before_the_services_and_after_them(system, layout, formatted):
    own = replace(system, transport="kafka", own_broker=True, kafka_servers="127.0.0.1:23405")

    text = configuration(own, first=[broker.broker_process(own, layout)], services=processes(own))

    program = text.split("[program:kafka]")[1].split("[program:")[0]
    assert "priority=1\n" in program and "autorestart=true" in program
    assert "programs=order-web" in text and "kafka" not in text.split("programs=")[1].splitlines()[0].split(",")
    assert f'STACK_SYSTEM="{system.run_dir}"' in program


@pytest.mark.parametrize(
    ("said", "servers", "own"),
    [
        ({}, "", False),
        ({"TRANSPORT": "kafka"}, "127.0.0.1:23405", True),
        ({"TRANSPORT": "kafka", "KAFKA_BOOTSTRAP_SERVERS": "far.example:9092"}, "far.example:9092", False),
        ({"KAFKA_BOOTSTRAP_SERVERS": "far.example:9092"}, "", False),
    ],
)
def test_a_system_has_the_brokers_that_were_said_or_one_of_its_own(layout, said, servers, own):
    system = wanted_system(options(layout, **said), layout)

    assert (system.kafka_servers, system.own_broker) == (servers, own)
    assert ("kafka" in system.served, "kafka-controller" in system.served) == (own, own)
    assert f"KAFKA_BOOTSTRAP_SERVERS={servers or chr(39) * 2}\n" in env_text(system)


def test_a_service_is_told_of_both_logs_whichever_it_uses(system):
    own = replace(system, transport="kafka", kafka_servers="127.0.0.1:23405")

    told = next(one for one in processes(own) if one.name == "account-web").environment

    assert (told["TRANSPORT"], told["KAFKA_BOOTSTRAP_SERVERS"]) == ("kafka", "127.0.0.1:23405")
    assert "message_log" in told["LOG_DATABASE_URL"]


def test_leaving_kafka_starts_its_broker_once_more_and_a_refused_change_forgets_nothing(layout):
    on_kafka = wanted_system(options(layout, TRANSPORT="kafka"), layout)
    embedded = wanted_system(options(layout), layout)
    assert for_changeover(embedded, options(layout)) == embedded  # nothing was in use before

    remember_log(on_kafka)
    changing = for_changeover(embedded, options(layout))
    again = for_changeover(embedded, options(layout))

    assert changing == again == replace(embedded, kafka_servers="127.0.0.1:23405", own_broker=True)
    remember_log(changing)
    assert for_changeover(embedded, options(layout)) == embedded


def test_leaving_somebody_elses_kafka_asks_that_one(layout):
    said = {"TRANSPORT": "kafka", "KAFKA_BOOTSTRAP_SERVERS": "far.example:9092"}
    remember_log(wanted_system(options(layout, **said), layout))

    changing = for_changeover(wanted_system(options(layout), layout), options(layout))

    assert (changing.transport, changing.kafka_servers, changing.own_broker) == ("embedded", "far.example:9092", False)


@pytest.mark.parametrize(("answer", "ready"), [(b"\0\0\0\x0a\0\0\0\x01\0\0", True), (b"HTTP/1.1 400 Bad", False)])
def test_only_an_answer_of_kafkas_counts(system, answer, ready):
    port = free_port_base()
    with socket.create_server(("127.0.0.1", port)) as server:
        Thread(target=answer_once, args=(server, answer), daemon=True).start()

        assert broker._answers(port) is ready
    assert broker._answers(port) is False


def answer_once(server: socket.socket, answer: bytes) -> None:
    caller, _ = server.accept()
    with caller:
        caller.recv(100)
        caller.sendall(answer)


def test_an_older_systems_record_is_read(layout):
    layout.system_file.write_text(
        '{"run_dir": "/x", "port_base": 8700, "transport": "embedded", "relays": 1, "consumers": 1}'
    )

    assert System.started(layout).own_broker is False
