import pytest

from stack.errors import Refusal
from stack.options import PROJECT, read_options


def test_nothing_said_is_the_documented_default():
    options = read_options({})

    assert (options.port_base, options.run_dir) == (8700, PROJECT / ".run")
    assert (options.relays, options.consumers, options.recoveries, options.transport) == (1, 1, 1, "embedded")
    assert (options.subject, options.scope, options.output_format, options.once, options.repair) == (
        "u-1",
        "user",
        "text",
        False,
        False,
    )
    assert (options.duration_seconds, options.rate, options.seed, options.kill_every_seconds) == (60, 8, 1, 1.5)


def test_a_relative_run_dir_lies_in_the_project_wherever_make_was_called():
    assert read_options({"RUN_DIR": "second"}).run_dir == PROJECT / "second"


def test_empty_variables_count_as_not_said():
    assert read_options({"PORT_BASE": "", "RUN_DIR": "", "TRANSPORT": "", "SUB": ""}) == read_options({})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT_BASE", "80"),
        ("PORT_BASE", "65530"),
        ("PORT_BASE", "eight"),
        ("PORT_BASE", "٨٧٠٠"),  # digits to Python, but not to anyone who reads a port
        ("RELAYS", "0"),
        ("CONSUMERS", "17"),
        ("CONSUMERS", "-1"),
        ("SCOPE", "admin"),
        ("FORMAT", "yaml"),
        ("ONCE", "yes"),
        ("REPAIR", "yes"),
        ("TRANSPORT", "rabbitmq"),
        ("KAFKA_BOOTSTRAP_SERVERS", "broker"),
        ("KAFKA_BOOTSTRAP_SERVERS", "one:9092;two:9092"),
        ("DURATION_SECONDS", "4"),
        ("RATE", "0"),
        ("SEED", "-1"),
        ("KILL_EVERY_SECONDS", "0.1"),
        ("KILL_EVERY_SECONDS", "1e1"),
        ("RUN_DIR", "/tmp/a%b"),
        ("RUN_DIR", '/tmp/a"b'),
    ],
)
def test_what_cannot_be_is_refused_by_name(name, value):
    with pytest.raises(Refusal, match=name):
        read_options({name: value})


def test_brokers_are_taken_as_they_are_said():
    options = read_options({"TRANSPORT": "kafka", "KAFKA_BOOTSTRAP_SERVERS": "one.example:9092,[::1]:9093"})

    assert (options.transport, options.kafka_servers) == ("kafka", "one.example:9092,[::1]:9093")


def test_a_fraction_of_a_second_between_two_kills():
    assert read_options({"KILL_EVERY_SECONDS": "0.75", "DURATION_SECONDS": "20"}).kill_every_seconds == 0.75
