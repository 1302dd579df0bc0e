"""The two ways a command ends badly."""

from pathlib import Path


class Refusal(Exception):
    """The command was asked wrongly or must not run here; nothing was changed."""

    exit_code = 2


class Failure(Exception):
    """Something that should have worked did not; `log` is the file that says why."""

    exit_code = 1

    def __init__(self, message: str, *, log: Path | None = None) -> None:
        super().__init__(message)
        self.log = log
