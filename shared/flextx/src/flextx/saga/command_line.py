"""`manage flextx runs` and `manage flextx run`: asked for by their id or by what they are, without any log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flextx.http.auth import Caller
from flextx.saga import selectors
from flextx.saga.models import Run

_OPERATOR = Caller(subject="the command line", scope="operator")


def add_arguments(what: Any) -> None:
    """`what`: the subparsers of `manage flextx`."""
    one = what.add_parser("run", help="a whole run: its steps, what was sent for it, and every reply")
    one.add_argument("--id", type=UUID, required=True)
    runs = what.add_parser("runs", help="runs, oldest first, one JSON object a line")
    runs.add_argument("--state", choices=Run.State.values)
    runs.add_argument("--type", help="the saga's name")
    runs.add_argument("--business-key")
    runs.add_argument("--limit", type=int, default=50)


def answer(options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each object to print. Raises RunNotFound."""
    if options["what"] == "run":
        yield selectors.run_with_steps_json(selectors.run_for(_OPERATOR, options["id"]))
        return
    found, _ = selectors.runs(
        limit=options["limit"],
        after=None,
        older_than=None,
        state=options["state"],
        saga=options["type"],
        business_key=options["business_key"],
    )
    yield from map(selectors.run_json, found)
