"""A port that is taken is found before anything starts, and its owner is named."""

import errno
import socket

import psutil

from stack.errors import Refusal
from stack.layout import HOST, SERVED, System


def check_ports(system: System) -> None:
    for part in SERVED:
        port = system.port(part)
        if is_busy(port):
            raise Refusal(
                f"port {port} (for the {part} part) is taken by {owner_of(port)}. "
                f"Free it, or choose other ports, for example: make up PORT_BASE={system.port_base + 100}"
            )


def is_busy(port: int) -> bool:
    """By binding as the servers will; a listener on all addresses is only seen by asking it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return True
    with socket.socket() as caller:
        caller.settimeout(1)
        return caller.connect_ex((HOST, port)) == 0


def owner_of(port: int) -> str:
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:
        return "a process that this user may not see"
    for connection in connections:
        if connection.laddr and connection.laddr.port == port and connection.pid:
            return _describe(connection.pid)
    return "a process that this user may not see"


def _describe(pid: int) -> str:
    try:
        command = " ".join(psutil.Process(pid).cmdline())
    except psutil.Error:
        return f"pid {pid}"
    return f"pid {pid} ({command[:120]})"
