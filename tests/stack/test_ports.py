import os
import socket

import pytest

from stack.errors import Refusal
from stack.ports import check_ports, free_port_base, is_busy


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_a_taken_port_is_named_with_its_owner_and_the_way_out(system, address):
    with socket.create_server((address, system.port("channel"))), pytest.raises(Refusal) as refusal:
        check_ports(system, system.served)

    message = str(refusal.value)
    assert f"port {system.port('channel')} (for the channel part)" in message
    assert f"pid {os.getpid()} (" in message
    assert "make up PORT_BASE=" in message


def test_free_ports_pass(system):
    check_ports(system, system.served)


def test_a_port_in_its_closing_wait_is_free(system):
    port = system.port("order")
    with socket.create_server(("127.0.0.1", port)) as server:
        caller = socket.create_connection(("127.0.0.1", port))
        answered, _ = server.accept()
        answered.close()  # the side that closes first keeps the port in TIME_WAIT
        caller.close()

    assert not is_busy(port)


def test_a_free_base_has_seven_free_ports():
    base = free_port_base()

    assert not any(is_busy(base + offset) for offset in range(7))
