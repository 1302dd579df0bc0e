"""docker-compose.yml is written by hand; these hold it together with the one list of what runs."""

import re
import sys
from dataclasses import replace

import pytest
import yaml

from stack.options import PROJECT
from stack.processes import prepare_commands, processes

RELAYS, CONSUMERS, RECOVERIES = 2, 2, 2
# What only containers have, what only a system on one machine has, and what both have but with other values.
ONLY_THERE = {"CHANNEL_PUBLIC_URL"}
ONLY_HERE = {"RUN_DIR", "STACK_SYSTEM", "PYTHONUNBUFFERED"}
PLACES = {
    *("ALLOWED_HOSTS", "BIND", "PUBLIC_URL", "FEED_PUBLIC_URL", "SANDBOX_URL", "DATABASE_URL", "LOG_DATABASE_URL"),
    *("KAFKA_BOOTSTRAP_SERVERS", "CHANNEL_DATABASE_FILE", "TRANSPORT"),
}
BEFORE_ALL_ELSE = {"postgres", "kafka", "keys"}
ONCE = {"keys", "order-prepare", "account-prepare", "channel-prepare"}
OFFICIAL_IMAGES = {"postgres": "postgres:18", "kafka": "apache/kafka:4.1.1"}


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]


@pytest.fixture
def expected(system):
    """Every process of a system with as many workers, by its name."""
    same = replace(system, relays=RELAYS, consumers=CONSUMERS, recoveries=RECOVERIES)
    return {one.name: one for one in (*processes(same), *prepare_commands(same).values())}


def test_the_same_processes_with_the_same_commands(services, expected):
    commands = {name: one["command"] for name, one in services.items() if name not in BEFORE_ALL_ELSE}

    assert commands == {name: ["python", *one.command[1:]] for name, one in expected.items()}
    assert all(one.command[0] == sys.executable for one in expected.values())


def test_the_same_settings(services, expected):
    for name, one in expected.items():
        told = services[name]["environment"]
        assert told["PROCESS_NAME"] == name
        assert set(told) - ONLY_THERE == set(one.environment) - ONLY_HERE, name
        for setting in set(told) - ONLY_THERE - PLACES:
            assert told[setting].replace("/run/secrets", str(one_secrets(expected))) == one.environment[setting]


def one_secrets(expected):
    return expected["order-web"].environment["AUTH_JWKS_FILE"].removesuffix("/jwks.json")


def test_all_of_it_runs_on_kafka(services):
    transports = {
        one["environment"]["TRANSPORT"] for one in services.values() if "TRANSPORT" in one.get("environment", {})
    }

    assert transports == {"kafka"}


def test_with_three_brokers_everybody_who_uses_them_is_told_of_all(services):
    three = (PROJECT / "deploy" / "kafka-3" / "docker-compose.yml").read_text()

    using = {name for name, one in services.items() if "KAFKA_BOOTSTRAP_SERVERS" in one.get("environment", {})}
    assert set(re.findall(r"^  (\S+): \*on-three$", three, flags=re.MULTILINE)) == using


def test_only_official_images_and_our_own(services):
    images = {name: one["image"] for name, one in services.items()}

    assert {name: image for name, image in images.items() if image != "live-coins"} == OFFICIAL_IMAGES


def test_no_container_can_do_more_than_it_must(services):
    for name, one in services.items():
        assert (one["cap_drop"], one["security_opt"]) == (["ALL"], ["no-new-privileges:true"]), name
        assert one.get("read_only", False) is (name != "kafka"), name
        assert "privileged" not in one


def test_what_runs_for_good_is_started_again_and_what_runs_once_is_not(services):
    policies = {name: one["restart"] for name, one in services.items()}

    assert {name for name, policy in policies.items() if policy == "unless-stopped"} == set(services) - ONCE


def test_ports_are_for_this_machine_alone(services):
    ports = [port for one in services.values() for port in one.get("ports", [])]

    assert len(ports) == 4
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_each_role_mounts_its_own_secrets_and_none_the_key_that_signs(services):
    mounted = {
        name: {volume.partition(":")[0] for volume in one.get("volumes", []) if "-secrets:" in volume}
        for name, one in services.items()
        if name != "keys"
    }

    roles = {name: {f"{name.partition('-')[0]}-secrets"} for name in mounted if name != "kafka"}
    assert mounted == roles | {"kafka": set()}


def test_no_secret_is_in_the_file(services, layout):
    text = (PROJECT / "docker-compose.yml").read_text()
    told = {name for one in services.values() for name in one.get("environment", {})}

    secrets = {name for name in told if any(word in name for word in ("SECRET", "PASSWORD", "TOKEN", "KEY"))}
    assert {name for name in secrets if not name.endswith("_FILE")} == {"SANDBOX_KEY_ID"}
    assert not [file for file in layout.secrets.iterdir() if file.read_text().strip() in text]
