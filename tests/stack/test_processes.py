import configparser
import shlex
import sys

import pytest
from supervisor.datatypes import dict_of_key_value_pairs

from stack.cluster import Cluster
from stack.privileges import User
from stack.processes import postgres_process, prepare_commands, processes
from stack.supervisor_conf import configuration


@pytest.fixture
def cluster(layout):
    return Cluster(layout.run_dir / "postgres", layout.run_dir / "bin", User("nobody", 65534, 65534))


@pytest.fixture
def conf(system, cluster):
    text = configuration(system, first=[postgres_process(system, cluster)], services=processes(system))
    parser = configparser.RawConfigParser(inline_comment_prefixes=(";", "#"))
    parser.read_string(text)
    return parser


def test_everything_that_runs(system):
    assert [one.name for one in processes(system)] == [
        *("order-web", "account-web", "channel-web", "order-feed"),
        *("order-relay-1", "order-relay-2", "account-relay-1", "account-relay-2"),
        *("order-consumer-1", "order-consumer-2", "order-consumer-3"),
        *("account-consumer-1", "account-consumer-2", "account-consumer-3"),
        *("order-recovery-1", "order-settler-1", "channel-callbacks"),
    ]


def test_a_worker_is_told_its_name_twice_for_people_and_for_itself(system):
    relay = next(one for one in processes(system) if one.name == "order-relay-2")

    words = ("-m", "order_service.manage", "relay_outbox", "--name", "order-relay-2")
    assert relay.command == (sys.executable, *words)
    assert relay.environment["PROCESS_NAME"] == "order-relay-2"
    assert relay.environment["RUN_DIR"] == relay.environment["STACK_SYSTEM"] == system.run_dir


def test_only_web_processes_pool_connections_and_only_services_know_databases(system):
    environments = {one.name: one.environment for one in processes(system)}

    assert environments["account-web"]["DATABASE_POOL_SIZE"] == "8"
    assert environments["account-web"]["BIND"] == "127.0.0.1:23401"
    assert environments["order-feed"]["DATABASE_POOL_SIZE"] == "5"
    assert environments["order-feed"]["BIND"] == "127.0.0.1:23402"
    assert "DATABASE_POOL_SIZE" not in environments["account-relay-1"]
    assert not [name for name in environments["channel-web"] if "DATABASE_" in name and "CHANNEL" not in name]
    assert "SANDBOX_SECRET_FILE" not in environments["account-web"]


def test_no_process_is_given_a_secret_itself_or_the_signing_key(system, layout):
    secrets = [layout.secret(file.name) for file in layout.secrets.iterdir() if file.suffix not in (".pem", ".json")]
    everything = [*processes(system), *prepare_commands(system).values()]

    told = " ".join(value for one in everything for value in (*one.environment.values(), *one.command))

    assert not [secret for secret in secrets if secret in told]
    assert "signing-key" not in told


def test_the_supervisor_restarts_whatever_dies_and_never_gives_up(conf):
    programs = [conf[section] for section in conf.sections() if section.startswith("program:")]

    assert len(programs) == 18
    for program in programs:
        assert (program["autorestart"], program["startsecs"]) == ("true", "0")
        assert program.getint("startretries") > 10**8
        assert program["killasgroup"] == "true"
        assert program["stdout_logfile_maxbytes"] == "10MB"


def test_services_stop_together_and_postgres_after_them(conf):
    assert set(conf["group:services"]["programs"].split(",")).isdisjoint({"postgres"})
    assert conf["program:postgres"].getint("priority") < conf["group:services"].getint("priority")
    assert (conf["program:postgres"]["user"], conf["program:postgres"]["stopsignal"]) == ("nobody", "INT")


def test_the_socket_is_for_its_owner_alone(conf, layout):
    assert conf["unix_http_server"]["chmod"] == "0600"
    assert conf["unix_http_server"]["file"] == str(layout.supervisor_socket)


def test_commands_and_environments_survive_the_supervisors_own_parsing(conf, system, cluster):
    for one in (postgres_process(system, cluster), *processes(system)):
        section = conf[f"program:{one.name}"]
        assert tuple(shlex.split(section["command"])) == one.command
        assert dict_of_key_value_pairs(section["environment"]) == dict(one.environment)
