"""`manage flextx parked ...`: the operators' list and actions, for when there is no HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser

from flextx.operate.actions import ACTIONS, act
from flextx.operate.kinds import kind_names, parked_items
from flextx.operate.serializers import action_json


def add_arguments(what: Any) -> None:
    """`what`: the subparsers of `manage flextx`."""
    parked: CommandParser = what.add_parser("parked", help="what waits for a person, and what a person does about it")
    actions = parked.add_subparsers(dest="action", required=True)
    listed = actions.add_parser("list", help="oldest first, one JSON object a line")
    listed.add_argument("--limit", type=int, default=50)
    listed.add_argument("--kind", choices=kind_names())
    listed.add_argument("--about", help="such as an order's number: the key of a message, what a run or job is for")
    for name in ACTIONS:
        action = actions.add_parser(name)
        action.add_argument("--id", required=True, help="as the list names it")
        action.add_argument("--who", required=True, help="your own name: it is stored")
        action.add_argument("--reason", required=name != "retry", default="")


def answer(options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Each object to print. Raises what `act` raises."""
    if options["action"] == "list":
        yield from (
            item.as_json()
            for item in parked_items(limit=options["limit"], kind=options["kind"], about=options["about"])
        )
    else:
        done = act(action=options["action"], parked_id=options["id"], who=options["who"], why=options["reason"])
        yield action_json(done)
