"""What `replay` and `republish` have in common on the command line: a topic, a range, who and why."""

from __future__ import annotations

import getpass
from datetime import datetime
from typing import Any, ClassVar

from django.core.management.base import CommandParser

from flextx.errors import Refusal


class NoRange(Refusal):
    """--from and --to are offsets (with --partition), or times such as 2026-11-21T08:00:00Z."""

    status: ClassVar = 400
    code: ClassVar = "no_range"


def add_range_arguments(parser: CommandParser) -> None:
    parser.add_argument("--topic", required=True, help="as the message log calls it")
    parser.add_argument("--from", dest="start", required=True)
    parser.add_argument("--to", dest="end", required=True, help="what stands there is not included")
    parser.add_argument("--reason", required=True)
    parser.add_argument("--who", default=getpass.getuser(), help="your own name: it is stored")


def moment_of(text: str) -> datetime:
    """Raises NoRange."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise NoRange() from None
    if moment.tzinfo is None:
        raise NoRange(f"{text} has no time zone: end it with Z.")
    return moment


def subject_of(options: dict[str, Any]) -> str:
    """What the audit says it was done to."""
    return f"topic-{options['topic']}"[:120]
