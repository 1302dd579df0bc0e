"""The account service stopped as an operator stops it, and started again at the end, whatever happened meanwhile."""

from types import TracebackType

from stack import supervisor
from stack.layout import System
from stack.processes import processes
from stack.readiness import wait_until_ready
from stack.supervisor_conf import SERVICES


class AccountServiceOutage:
    def __init__(self, system: System) -> None:
        self._system = system
        self._names = [one.name for one in processes(system) if one.name.startswith("account-")]
        self._stopped: list[str] = []

    def __enter__(self) -> "AccountServiceOutage":
        return self

    def silence(self) -> None:
        """Its relays first: what it does from now on is done, but nobody is told."""
        self._stop([name for name in self._names if name.startswith("account-relay-")])

    def complete(self) -> None:
        self._stop([name for name in self._names if name not in self._stopped])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        while self._stopped:
            supervisor.start_process(self._system.layout, SERVICES, self._stopped[-1])
            self._stopped.pop()
        wait_until_ready(self._system)

    def _stop(self, names: list[str]) -> None:
        for name in names:
            supervisor.stop_process(self._system.layout, SERVICES, name)
            self._stopped.append(name)
