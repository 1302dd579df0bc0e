"""What every worker's command takes."""

from __future__ import annotations

import os

from django.core.management.base import CommandParser


def add_name(parser: CommandParser, kind: str, *, unique: str) -> None:
    """`--name`: the supervisor's name for this process, or else the kind and the process id. `unique`: among whom."""
    name = os.environ.get("PROCESS_NAME") or f"{kind}-{os.getpid()}"
    parser.add_argument("--name", default=name, help=f"unique {unique}")
