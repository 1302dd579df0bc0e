"""Apache Kafka in the stack: a broker alone, a system on its own broker, and leaving it for the other log."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from stack.client import Client
from stack.jars import unavailable
from stack.ports import free_port_base, is_busy
from stack.reaping import survivors
from stack.tokens import mint
from tests.lifecycle.place import Place, came_back, eventually

pytestmark = pytest.mark.skipif(unavailable() is not None, reason=str(unavailable()))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path / "run", free_port_base())
    yield place
    place.make("destroy")


def test_a_broker_alone_comes_back_when_killed_and_goes_when_told(place):
    started = place.make("kafka")
    alone = Place(place.layout.broker_alone.run_dir, place.port_base)
    before = alone.pids()
    again = place.make("kafka")
    os.kill(before["kafka"], signal.SIGKILL)
    eventually(lambda: came_back(alone, before))
    stopped = place.make("kafka-stop")

    assert started.stdout == f"KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:{place.port_base + 5}\n", started.stderr
    assert "already running" in again.stdout
    assert stopped.returncode == 0 and "stopped" in stopped.stdout
    assert survivors(alone.layout) == []
    assert [port for port in range(place.port_base, place.port_base + 7) if is_busy(port)] == []


def test_a_system_outlives_its_broker_and_leaves_kafka_only_once_all_was_read(place):
    """The record that nobody read is in Kafka alone: to leave it behind would be to lose an order's coins."""
    first = place.make("demo", TRANSPORT="kafka")
    assert "read back from kafka:" in first.stdout and "balance of u-1: 60 COIN" in first.stdout, first.stderr

    before = {"kafka": place.pids()["kafka"]}
    os.kill(before["kafka"], signal.SIGKILL)
    eventually(lambda: place.pids()["kafka"] not in (0, before["kafka"]))
    order_no = pay_while_nobody_reads(place)
    assert place.make("down").returncode == 0

    refused = place.make("up")
    assert refused.returncode != 0
    assert "still holds 1 unread records in order.events/" in refused.stderr
    assert "start with TRANSPORT=kafka until they are read, then change" in refused.stderr
    assert survivors(place.layout) == []

    assert place.make("up", TRANSPORT="kafka").returncode == 0
    eventually(lambda: read(place, order_no)["status"] == "credited")
    assert place.make("down").returncode == 0
    changed = place.make("up")
    assert changed.returncode == 0, changed.stderr
    assert "account: changed over from kafka:" in changed.stderr
    assert "kafka" not in place.pids() and not is_busy(place.port_base + 5)
    assert json.loads(place.layout.system_file.read_text())["transport"] == "embedded"
    last = place.make("demo")
    assert "read back from embedded:" in last.stdout and "balance of u-1: 180 COIN" in last.stdout, last.stderr


def pay_while_nobody_reads(place: Place) -> str:
    """An order that was paid and sent, and not handled: the only consumer of the other service stands still."""
    psutil.Process(place.pids()["account-consumer-1"]).suspend()
    client, token = Client(), token_of(place)
    body = {"product_id": "coins-60", "channel": "sandbox"}
    order = client.post(
        f"{place.url('order')}/api/v1/orders", body, token=token, headers={"Idempotency-Key": "left-behind"}
    )
    client.post(order["payment"]["url"], {})
    eventually(lambda: hop(place, order["order_no"], "sent_to_log")["state"] == "done")
    return str(order["order_no"])


def hop(place: Place, order_no: str, name: str) -> dict[str, object]:
    hops = read(place, f"{order_no}/journey")["hops"]
    return next(one for one in hops if one["name"] == name)


def read(place: Place, path: str):
    return Client().get(f"{place.url('order')}/api/v1/orders/{path}", token=token_of(place))


def token_of(place: Place) -> str:
    return mint(place.layout.secrets, subject="u-1", scope="user")
