"""A port that is taken is found before anything starts, and its owner is named."""

import errno
import secrets
import socket

import psutil

from stack.errors import Refusal
from stack.layout import HOST, System
from stack.options import PORTS_USED

CALLERS_FROM = 32_000
TRIES_MAX = 100


def check_ports(system: System, parts: tuple[str, ...]) -> None:
    for part in parts:
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


def free_port_base() -> int:
    """Seven ports in a row that nobody holds, below the range that the kernel gives to callers."""
    for _ in range(TRIES_MAX):
        base = secrets.randbelow((CALLERS_FROM - 10_000) // 10) * 10 + 10_000
        if not any(is_busy(base + offset) for offset in range(PORTS_USED)):
            return base
    raise Refusal("no seven free ports in a row were found")
